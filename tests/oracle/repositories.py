"""The comparison over public repositories: ``python -m tests.oracle.repositories --checkouts DIR [NAME…]``.

``DIR`` holds each repository as ``owner+name``, and those of modules that they call. One row is printed for each
repository, the sum of its roots, then what differs and what Terraform does not apply. The exit code is 1 if anything
differs.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from ecsnet.inputs import VarFile
from tests.oracle.compare import HEAD, Row, examine, roots_of

EXAMPLES = "examples/*"
# Which folders are compared: those of a pattern, or every root module.
REPOSITORIES: dict[str, str | None] = {
    "terraform-aws-modules/terraform-aws-vpc": EXAMPLES,
    "terraform-aws-modules/terraform-aws-ecs": EXAMPLES,
    "cloudposse/terraform-aws-dynamic-subnets": EXAMPLES,
    "terraform-aws-modules/terraform-aws-alb": EXAMPLES,
    "cloudposse/terraform-aws-vpc": EXAMPLES,
    "nexgeneerz/aws-scenario-ecs-ec2": None,
    "alperenkose/terraform-ecs-ec2-with-alb": None,
    "banslt/tf-ecs-ec2deploy-mode": None,
    "shashimal/terraform-aws-ecs-ec2": None,
    "WajahatullahSE/ECS-EC2-with-ALB-EFS-and-ECR-using-Terraform": None,
    "Snails8/terraform-ecs-nat-sample": None,
    "bradford-hamilton/terraform-ecs-fargate": None,
    "Anand0224/aws-ecs-cluster": None,
    "Mohnish156/iac-image-upscaler": None,
    "thnbao22/Terraform-ECS-EC2LaunchType": None,
    "jetbrains-infra/terraform-aws-ecs-cluster": None,
    "LordMilan/Terraform-ECS-EC2-BlueGreen": None,
    "arminc/terraform-ecs": None,
    "aws-ia/ecs-blueprints": None,
    "aws-ia/terraform-aws-ecs-blueprints": None,
    "wardviaene/terraform-course": None,
}
VARIABLES = {"arminc/terraform-ecs": "ecs.tfvars"}


def compared(name: str, checkouts: Path) -> tuple[Row, list[str]]:
    """The sum of a repository's roots, and a line for each difference and each root that Terraform refuses."""
    tree = (checkouts / name.replace("/", "+")).resolve()
    pattern = REPOSITORIES[name]
    roots = [path for path in sorted(tree.glob(pattern)) if any(path.glob("*.tf"))] if pattern else roots_of(tree)
    inputs = [VarFile(str(tree / VARIABLES[name]))] if name in VARIABLES else []
    total, lines, applied = Row(name), [], 0
    for root in roots:
        row = examine(root.resolve(), tree, checkouts, inputs)
        below = f"{name} {root.resolve().relative_to(tree).as_posix()}"
        lines += [f"{below}: {difference}" for difference in row.comparison.differences]
        if row.refused:
            lines.append(f"{below}: not applied: {row.refused}")
        total.comparison.add(row.comparison)
        applied += not row.refused
    # That nothing differs says nothing where nothing was applied.
    total.name += f", {applied} of {len(roots)} roots"
    return total, lines


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="*", metavar="NAME", help="OWNER/NAME of those to compare, else all")
    parser.add_argument("--checkouts", type=Path, required=True)
    options = parser.parse_args(arguments)
    if unlisted := set(options.name) - REPOSITORIES.keys():
        parser.error(f"not in the list: {', '.join(sorted(unlisted))}")
    total, lines = Row("all"), []
    print(HEAD.replace("root", "repository"))
    for name in options.name or REPOSITORIES:
        if not (options.checkouts / name.replace("/", "+")).is_dir():
            lines.append(f"{name}: no checkout")
            continue
        row, found = compared(name, options.checkouts)
        print(row.shown(), flush=True)
        total.comparison.add(row.comparison)
        lines += found
    print(total.shown(), *lines, sep="\n")
    return 1 if total.comparison.differences else 0


if __name__ == "__main__":
    raise SystemExit(main())
