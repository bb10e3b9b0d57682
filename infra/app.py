"""`python -m infra.app [STAGE]`: synthesizes the app into cdk.out, with the functions' bundle.

The CDK command runs it too, through cdk.json, and gives the stage as `-c stage=prod`.
"""

import json
import os
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryFile

from aws_cdk import App

from infra.bundle import ROOT, BundleError
from infra.checks import add_checks
from infra.settings import read_settings
from infra.stack import TempoFit

CHECKS = "checks"
"""Context: `none` leaves out the checks, which take seconds; the local cloud does that."""
PATHS = "aws:cdk:enable-path-metadata"


def build(stage: str | None, folder: Path) -> App:
    """The app with its one stack; context of the CDK command goes before `stage`."""
    flags = json.loads((ROOT / "cdk.json").read_bytes())["context"]
    context = flags | {PATHS: True} | ({"stage": stage} if stage else {})
    app = App(context=context, outdir=str(folder), analytics_reporting=False, stack_traces=False)
    TempoFit(app, read_settings(app.node))
    if app.node.try_get_context(CHECKS) != "none":
        add_checks(app)
    return app


def bundle_sizes(folder: Path) -> tuple[int, int]:
    """Bytes of a bundle, unpacked and zipped."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    with TemporaryFile() as target:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in files:
                archive.write(path, path.relative_to(folder))
        return sum(path.stat().st_size for path in files), target.tell()


def main(arguments: list[str]) -> int:
    folder = Path(os.environ.get("CDK_OUTDIR") or ROOT / "cdk.out")
    try:
        assembly = build(arguments[0] if arguments else None, folder).synth()
    except (ValueError, BundleError) as error:
        print(error, file=sys.stderr)
        return 1
    except RuntimeError as error:  # jsii raises what was thrown in Node, and has told the rest
        print(f"The synthesis failed. {error}", file=sys.stderr)
        return 1
    print(f"Synthesized {assembly.stacks[0].stack_name} into {folder}.", file=sys.stderr)
    for bundle in folder.glob("asset.*/lambdas"):
        unpacked, zipped = bundle_sizes(bundle.parent)
        print(
            f"The functions' bundle takes {unpacked / 1e6:.1f} MB, {zipped / 1e6:.1f} MB zipped.",
            file=sys.stderr,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
