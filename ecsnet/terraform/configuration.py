"""From a folder to resource instances: one root module, evaluated."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ecsnet.inputs import Given
from ecsnet.resources import Configuration, Problem, Resource
from ecsnet.terraform.data_sources import is_stand_in
from ecsnet.terraform.evaluation import Evaluation
from ecsnet.terraform.folders import Files, join
from ecsnet.terraform.inputs import Inputs, read_inputs, workspace_of
from ecsnet.terraform.modules import MISSING, Missing, Module, Standing
from ecsnet.terraform.planned import Planned
from ecsnet.terraform.sources import Located, Sources, boundary_of
from ecsnet.values import Value


def load(
    root: str,
    *,
    wanted: Collection[str] | None = None,
    given: Given = Given(),  # noqa: B008 - frozen
    files: Sequence[str] | None = None,
    zones: int = 3,
    boundary: str | None = None,
    cache: Files | None = None,
    stubs: Sequence[str] = (),
    planned: Planned | None = None,
) -> Configuration:
    """Evaluate the root module in the folder ``root``. Never raises on what is in it.

    ``wanted``: types of managed resources to list, all by default; data sources that resources may refer to are always
    listed, with types like ``data.aws_vpc``. ``given``: values of variables, and the workspace. ``files``: names of the
    files in ``root`` to read, all by default.
    ``zones``: how many availability zones a region is taken to have. ``boundary``: nothing outside of it is read; by
    default the repository ``root`` is in. ``cache``: to share what was read between the roots of a scan.
    ``stubs``: folders of module stubs that go before those of ecsnet. ``planned``: what a plan says of instances and
    variables; variable files are then not read.
    """
    sources = Sources(root, boundary or boundary_of(root), cache or Files(), stubs)
    folder = sources.files.folder(join(root, "."), sources.boundary, files)
    evaluation = Evaluation(root, sources, zones, workspace_of(root, sources.boundary, given)[0], planned)
    inputs = Inputs() if planned else read_inputs(folder, sources.boundary, given)
    inputs.values.update(planned.variables if planned else {})

    def value(name: str) -> Value | Missing:
        return inputs.values.get(name, MISSING)

    module = Module(evaluation, folder, Standing(Located(folder.path, ".", "")), value)

    def is_wanted(kind: str) -> bool:
        if kind.startswith("data."):
            return not is_stand_in(kind[len("data.") :])
        return wanted is None or kind in wanted

    resources: dict[str, Resource] = {}
    for resource in module.resources(is_wanted):
        resources.setdefault(resource.address, resource)
    modules = list(module.below())
    holes = tuple(hole for one in modules for hole in one.holes())
    problems: dict[Problem, None] = dict.fromkeys(inputs.problems)
    read: dict[str, None] = dict.fromkeys(inputs.files)
    for one in modules:
        problems.update(dict.fromkeys(one.folder.problems))
        read.update(dict.fromkeys(one.folder.files))
    problems.update(dict.fromkeys(evaluation.problems_met()))
    return Configuration(
        root,
        "terraform",
        resources,
        holes,
        tuple(problems),
        tuple(read),
        evaluation.problems_met,
        outputs=lambda: tuple(module.outputs.values()),
    )
