"""Checks that a tag can be released, and prints its release notes.

The tag must name the version in Cargo.toml, `repository` in Cargo.toml must be the repository that releases, and
CHANGELOG.md must have a section about the version.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def package():
    """Returns the package as Cargo reads it."""
    command = ["cargo", "metadata", "--no-deps", "--format-version", "1", "--manifest-path", str(ROOT / "Cargo.toml")]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)["packages"][0]


def notes(version):
    """Returns the text of a version in CHANGELOG.md, without its title; empty if there is none."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    sections = re.split(r"^## ", changelog, flags=re.MULTILINE)
    section = next((section for section in sections if section.startswith(f"[{version}]")), "")
    return section.partition("\n")[2].strip()


def main():
    parser = argparse.ArgumentParser(description="Check that a tag can be released, and print its release notes.")
    parser.add_argument("tag", help="the tag, for example v1.2.3")
    parser.add_argument("repository", help="the address of the repository that releases")
    arguments = parser.parse_args()

    found = package()
    version, home = found["version"], found["repository"]
    text = notes(version)
    problems = []
    if arguments.tag != f"v{version}":
        problems.append(f"the tag is {arguments.tag}, and Cargo.toml has version {version}")
    if home != arguments.repository:
        problems.append(f"`repository` in Cargo.toml is {home or 'not set'}; set it to {arguments.repository}")
    if not text:
        problems.append(f"CHANGELOG.md has no section about {version}")
    if problems:
        sys.exit("".join(f"error: {problem}\n" for problem in problems).rstrip())
    print(text)


main()
