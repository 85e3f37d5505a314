"""Builds what a release has for one platform: the archive, the wheel and the SBOM.

The release workflow runs this, and so does .ci/run with the profile of development.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# The promised size of the program in bytes.
LARGEST = 12_000_000
DOCUMENTS = ["README.md", "LICENSE", "CHANGELOG.md"]
COMPLETIONS = {
    "bash": "zerodrift.bash",
    "elvish": "zerodrift.elv",
    "fish": "zerodrift.fish",
    "powershell": "_zerodrift.ps1",
    "zsh": "_zerodrift",
}


def run(*command, **options):
    """Runs a command in the root folder, and returns what it printed."""
    options = {"cwd": ROOT, "check": True, "stdout": subprocess.PIPE, **options}
    return subprocess.run([str(word) for word in command], **options).stdout


def host():
    """Returns the target of the machine that this runs on."""
    lines = run("rustc", "-vV", text=True).splitlines()
    return next(line.removeprefix("host: ") for line in lines if line.startswith("host: "))


def build(target, profile):
    """Builds the program, and returns its path. The machine's own target shares the folder of every other build."""
    chosen = [] if target == host() else ["--target", target]
    run("cargo", "build", "--locked", "--bin", "zerodrift", "--profile", profile, *chosen)
    folder = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"), *chosen[1:])
    name = "zerodrift.exe" if "windows" in target else "zerodrift"
    return folder / ("debug" if profile == "dev" else profile) / name


def check_size(program):
    """Stops if the program is larger than promised."""
    size = program.stat().st_size
    if size > LARGEST:
        sys.exit(
            f"error: {program} has {size:,} bytes, more than {LARGEST:,}\n"
            "hint: find what grew with cargo bloat --release --crates, and remove it, or its opt-level in Cargo.toml"
        )


def archive(program, target, out):
    """Packs the program with its documents, completions and manual pages. The owner of every file is root."""
    name = f"zerodrift-{target}"
    with tempfile.TemporaryDirectory() as scratch:
        top = pathlib.Path(scratch, name)
        for folder in ["completions", "man/man1"]:
            (top / folder).mkdir(parents=True)
        for file in [program, *(ROOT / document for document in DOCUMENTS)]:
            shutil.copy(file, top)
        for shell, file in COMPLETIONS.items():
            (top / "completions" / file).write_bytes(run(program, "completions", shell))
        for file, page in manual_pages(program):
            (top / "man/man1" / file).write_bytes(page)

        if "windows" in target:
            with zipfile.ZipFile(out / f"{name}.zip", "w", zipfile.ZIP_DEFLATED) as packed:
                for file in sorted(top.rglob("*")):
                    packed.write(file, file.relative_to(scratch))
        else:
            with tarfile.open(out / f"{name}.tar.gz", "w:gz") as packed:
                packed.add(top, name, filter=owned_by_root)


def manual_pages(program, *command):
    """Yields the file name and the text of a manual page, and of the pages that it names."""
    page = run(program, "man", *command)
    yield "-".join(["zerodrift", *command]) + ".1", page
    for below in re.findall(r"^zerodrift-(\S+)\(1\)$", page.decode().replace("\\-", "-"), re.MULTILINE):
        yield from manual_pages(program, below)


def owned_by_root(member):
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    return member


def wheel(target, profile, out):
    """Builds the wheel from the program that is built already, and takes out the SBOM that maturin puts into it."""
    chosen = [] if target == host() else ["--target", target]
    # A static program runs with every C library, so one wheel serves all of Linux.
    tags = ["--compatibility", "manylinux2014", "musllinux_1_1"] if target.endswith("-musl") else []
    with tempfile.TemporaryDirectory() as scratch:
        tools, built = pathlib.Path(scratch, "tools"), pathlib.Path(scratch, "wheels")
        venv.create(tools, with_pip=True)
        tools /= "Scripts" if os.name == "nt" else "bin"
        pip = [tools / "python", "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
        run(*pip, "--require-hashes", "--only-binary", ":all:", "--requirement", HERE / "requirements.txt")
        run(tools / "maturin", "build", "--locked", "--profile", profile, *chosen, *tags, "--out", built, cwd=HERE)
        [found] = built.glob("*.whl")
        with zipfile.ZipFile(found) as unpacked:
            [sbom] = [name for name in unpacked.namelist() if name.endswith(".cyclonedx.json")]
            (out / f"zerodrift-{target}.cdx.json").write_bytes(unpacked.read(sbom))
        shutil.copy(found, out)


def main():
    parser = argparse.ArgumentParser(description="Build the archive, the wheel and the SBOM of one platform.")
    parser.add_argument("target", nargs="?", default=host(), help="a Rust target; this machine's if absent")
    parser.add_argument("--profile", default="release", help="a Cargo profile")
    parser.add_argument("--out", required=True, type=pathlib.Path, help="the folder to write to")
    arguments = parser.parse_args()

    arguments.out.mkdir(parents=True, exist_ok=True)
    program = build(arguments.target, arguments.profile)
    if arguments.profile == "release":
        check_size(program)
    archive(program, arguments.target, arguments.out)
    wheel(arguments.target, arguments.profile, arguments.out)


if __name__ == "__main__":
    main()
