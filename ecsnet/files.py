"""Which files a scan reads: walks what the user named, and leaves out what is not the user's own text."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence

from ecsnet import assemblies, disk, gitignore
from ecsnet.config import ConfigError
from ecsnet.records import dataclass, field
from ecsnet.resources import Problem

# What tools fetch or generate: copies of other people's configurations.
SKIPPED = frozenset({".git", ".hg", ".svn", ".terraform", ".terragrunt-cache", "node_modules"})
TERRAFORM = (".tf", ".tf.json", ".tofu", ".tofu.json")
TEMPLATES = (".yaml", ".yml", ".json", ".template", ".cfn")
_NOT_TEMPLATES = (".tfvars.json", ".tfstate.json", ".tftest.json", ".tfmock.json")
_MAX_GITIGNORE = 1_000_000
_PLAN_MARKS = (b'"planned_values"', b'"resource_changes"', b'"terraform_version"', b'"root_module"')
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Found:
    """Files of a scan, named as the user would, each once, in order.

    ``templates`` only look like templates by their name, except those in ``explicit``: the user named them. ``base`` is
    the folder that holds all that was named. ``outside``: whether what lies elsewhere may be read too.
    """

    terraform: tuple[str, ...]
    templates: tuple[str, ...]
    explicit: frozenset[str]
    problems: tuple[Problem, ...]
    base: str
    outside: bool = False

    def boundary(self, folder: str) -> str:
        """The absolute path of what may be read for the files in ``folder``: their git checkout, or what is scanned."""
        return _boundary(folder, self.base, self.outside)


@dataclass(slots=True)
class _Walk:
    terraform: dict[str, str] = field(default_factory=dict)
    templates: dict[str, str] = field(default_factory=dict)
    explicit: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    folders: set[str] = field(default_factory=set)
    base: str = ""
    outside: bool = False

    def boundary(self, folder: str) -> str:
        return _boundary(folder, self.base, self.outside)


def find(paths: Sequence[str], base: str | None = None, outside: bool = False) -> Found:
    """The files in ``paths``, folders and files mixed. A Terraform file stands for its folder.

    ``base``: a folder that counts as scanned too. ``outside``: whether links may lead out of what is scanned.

    :raises ConfigError: a path does not exist
    """
    named: list[tuple[str, int]] = []
    bases = [os.path.abspath(base)] if base is not None else []
    for path in paths:
        name = _slashes(os.path.normpath(path))
        try:
            mode = os.stat(path).st_mode
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise ConfigError(f"{path}: {reason}") from None
        named.append((name, mode))
        absolute = os.path.abspath(name)
        bases.append(absolute if stat.S_ISDIR(mode) else os.path.dirname(absolute))
    walk = _Walk(base=os.path.commonpath(bases) if bases else os.getcwd(), outside=outside)
    for name, mode in named:
        if stat.S_ISDIR(mode):
            _walk_folder(name, walk)
        else:
            _add_named_file(name, stat.S_ISREG(mode), walk)
    return Found(
        tuple(sorted(walk.terraform.values())),
        tuple(sorted(walk.templates.values())),
        frozenset(walk.explicit),
        tuple(walk.problems),
        walk.base,
        outside,
    )


def is_plan(head: bytes) -> bool:
    """Whether a file that begins like this may be a plan of Terraform's, in JSON.

    In UTF-16 too, which PowerShell writes.
    """
    for mark in _BYTE_ORDER_MARKS:
        head = head.removeprefix(mark)
    plain = head.replace(b"\0", b"").lstrip()
    return plain.startswith(b"{") and any(mark in plain for mark in _PLAN_MARKS)


def checkout(folder: str) -> str | None:
    """The absolute path of the git checkout that ``folder`` is in."""
    at = os.path.abspath(folder)
    while not disk.exists(os.path.join(at, ".git")):
        above = os.path.dirname(at)
        if above == at:
            return None
        at = above
    return at


def _boundary(folder: str, base: str, outside: bool) -> str:
    return os.path.abspath(os.sep) if outside else checkout(folder) or base


def _add_named_file(name: str, regular: bool, walk: _Walk) -> None:
    if not regular:
        walk.problems.append(Problem(name, 1, 1, "neither a file nor a folder"))
    elif name.endswith(TERRAFORM):
        folder = os.path.dirname(name)
        for entry in _entries(folder or ".", walk):
            if entry.name.endswith(TERRAFORM) and _is_own_file(entry, folder, walk):
                _add(_join(folder, entry.name), walk)
    elif os.path.basename(name) == assemblies.MANIFEST and (found := _assembly(os.path.dirname(name), walk)):
        _add_assembly(found, walk)
    elif name.endswith(TEMPLATES) and not name.endswith(_NOT_TEMPLATES):
        _add(name, walk)
        walk.explicit.add(walk.templates[os.path.abspath(name)])
    else:
        walk.problems.append(Problem(name, 1, 1, "neither Terraform nor a CloudFormation template"))


def _add(name: str, walk: _Walk) -> None:
    """The same file by another name ("a.tf", "../x/a.tf") keeps the first."""
    if name.endswith(TERRAFORM):
        walk.terraform.setdefault(os.path.abspath(name), name)
    elif name.endswith(TEMPLATES) and not name.endswith(_NOT_TEMPLATES):
        walk.templates.setdefault(os.path.abspath(name), name)


def _assembly(folder: str, walk: _Walk) -> assemblies.Assembly | None:
    return assemblies.read(folder or ".", walk.boundary(folder))


def _add_assembly(assembly: assemblies.Assembly, walk: _Walk) -> None:
    """The templates that a cloud assembly and those nested in it name. All else in their folders is left over from
    earlier, or an asset: a copy of something.
    """
    pending = [assembly]
    while pending:
        found = pending.pop()
        walk.folders.add(os.path.abspath(found.folder))
        walk.problems += found.problems
        manifest = _join(found.folder, assemblies.MANIFEST)
        for stack in found.stacks:
            name = _join(found.folder, stack.template)
            if not disk.within(name, walk.boundary(found.folder)):
                walk.problems.append(Problem(manifest, 1, 1, f"the template {stack.template} {disk.OUTSIDE}"))
            elif os.path.isfile(name):
                walk.templates.setdefault(os.path.abspath(name), name)
            else:
                walk.problems.append(Problem(manifest, 1, 1, f"the template {stack.template} is missing"))
        for name in found.folders:
            folder = _join(found.folder, name)
            inner = _assembly(folder, walk)
            if inner is None:
                walk.problems.append(Problem(manifest, 1, 1, f"the nested assembly {name} is missing"))
            elif os.path.abspath(folder) not in walk.folders:
                pending.append(inner)


def _walk_folder(top: str, walk: _Walk) -> None:
    root = checkout(top)
    stack = _ignores_above(top, root) if root is not None else ()
    pending: list[tuple[str, tuple[gitignore.Ignores, ...], tuple[str, ...]]] = [
        (top, stack, _segments(top, root) if root is not None else ())
    ]
    while pending:
        folder, stack, place = pending.pop()
        if os.path.abspath(folder) in walk.folders:
            continue
        walk.folders.add(os.path.abspath(folder))
        entries = _entries(folder, walk)
        names = {entry.name for entry in entries}
        if folder != top and "pyvenv.cfg" in names:
            continue
        assembly = _assembly(folder, walk) if assemblies.MANIFEST in names else None
        if assembly is not None:
            _add_assembly(assembly, walk)
            continue
        in_checkout = root is not None or ".git" in names
        if ".git" in names:
            # A checkout within a checkout has ignore files of its own.
            stack, place = (), ()
        if in_checkout and ".gitignore" in names:
            stack = (*stack, gitignore.parse(_read_text(os.path.join(folder, ".gitignore")), place))
        for entry in entries:
            is_folder = entry.is_dir(follow_symlinks=False)
            if is_folder and entry.name in SKIPPED:
                continue
            if not is_folder and not entry.name.endswith((*TERRAFORM, *TEMPLATES)):
                continue
            inside = (*place, entry.name)
            if stack and gitignore.ignored(inside, is_folder, stack):
                continue
            name = _join(folder, entry.name)
            if is_folder:
                pending.append((name, stack, inside))
            elif _is_own_file(entry, top, walk):
                _add(name, walk)


def _entries(folder: str, walk: _Walk) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        walk.problems.append(Problem(folder, 1, 1, f"cannot read the folder: {error.strerror}"))
        return []


def _is_own_file(entry: os.DirEntry[str], top: str, walk: _Walk) -> bool:
    """Whether it is a regular file; a link to one counts where that may be read for ``top``, and is a problem else."""
    try:
        if not entry.is_file():
            return False
    except OSError:
        return False
    if not entry.is_symlink() or disk.within(entry.path, walk.boundary(top)):
        return True
    walk.problems.append(Problem(_slashes(os.path.normpath(entry.path)), 1, 1, f"the link {disk.OUTSIDE}"))
    return False


def _ignores_above(folder: str, root: str) -> tuple[gitignore.Ignores, ...]:
    """The ignore files of the folders over ``folder``, from the top of the checkout down."""
    return tuple(
        gitignore.parse(_read_text(file), above)
        for above in _prefixes(_segments(folder, root))
        if os.path.isfile(file := os.path.join(root, *above, ".gitignore"))
    )


def _prefixes(segments: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    return (segments[:length] for length in range(len(segments)))


def _segments(folder: str, root: str) -> tuple[str, ...]:
    relative = os.path.relpath(os.path.abspath(folder), root)
    return () if relative == os.curdir else tuple(relative.split(os.sep))


def _read_text(path: str) -> str:
    """A file that cannot be read ignores nothing, and neither does a link, as in git."""
    try:
        if os.path.islink(path):
            return ""
        return disk.regular(path, _MAX_GITIGNORE).decode("utf-8", "surrogateescape")
    except OSError:
        return ""


def _join(folder: str, name: str) -> str:
    return name if folder in ("", ".") else _slashes(os.path.join(folder, name))


def _slashes(path: str) -> str:
    return path if os.sep == "/" else path.replace(os.sep, "/")
