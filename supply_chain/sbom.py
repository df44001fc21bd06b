"""Writes build/sbom.cdx.json: all that transcript-audit needs to run, as CycloneDX 1.6.

    python supply_chain/sbom.py

What only an extra brings has the scope "optional" and names its extras. With SOURCE_DATE_EPOCH set,
that is its time, and the same constraints.txt gives the same bytes. What breaks the schema is not
written.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from dependencies import ROOT, Dependency, SupplyChainError, find_dependencies, read_roots
from packageurl import PackageURL
from packaging.utils import canonicalize_name

from transcript_audit import __version__

PLACE = ROOT / "build" / "sbom.cdx.json"
EXTRA = "transcript-audit:extra"


def build(dependencies: Sequence[Dependency], epoch: int | None) -> str:
    """The bill of materials as JSON; `epoch` is its time in seconds, and makes it repeatable.

    Raises:
        SupplyChainError: it breaks the schema.
    """
    components = {str(canonicalize_name(each.name)): make_component(each) for each in dependencies}
    program = Component(
        name="transcript-audit",
        version=__version__,
        type=ComponentType.APPLICATION,
        bom_ref="transcript-audit",
        licenses=[LicenseFactory().make_from_string("MIT")],
        purl=PackageURL("pypi", name="transcript-audit", version=__version__),
    )
    bom = Bom(components=components.values(), metadata=BomMetaData(component=program))
    if epoch is not None:
        listed = [(each.name, each.version, each.licence) for each in dependencies]
        bom.metadata.timestamp = datetime.fromtimestamp(epoch, UTC)
        bom.serial_number = uuid5(NAMESPACE_URL, f"{program.purl} {epoch} {listed}")
    asked = {canonicalize_name(each.name) for roots in read_roots().values() for each in roots}
    bom.register_dependency(program, [components[name] for name in sorted(asked)])
    for each, component in zip(dependencies, components.values(), strict=True):
        bom.register_dependency(component, [components[name] for name in each.needs])
    return write_json(bom)


def make_component(dependency: Dependency) -> Component:
    """One package of the bill."""
    name = canonicalize_name(dependency.name)
    return Component(
        name=dependency.name,
        version=dependency.version,
        type=ComponentType.LIBRARY,
        bom_ref=name,
        scope=ComponentScope.OPTIONAL if dependency.extras else ComponentScope.REQUIRED,
        licenses=[LicenseFactory().make_from_string(dependency.licence)],
        purl=PackageURL("pypi", name=name, version=dependency.version),
        properties=[Property(name=EXTRA, value=each) for each in dependency.extras],
    )


def write_json(bom: Bom) -> str:
    """A bill as JSON that keeps to the schema."""
    text = JsonV1Dot6(bom).output_as_string(indent=2) + "\n"
    if fault := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise SupplyChainError(f"the bill of materials breaks the CycloneDX schema: {fault}")
    return text


def main() -> int:
    """Writes the bill; the exit code."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        text = build(find_dependencies(), int(epoch) if epoch else None)
    except SupplyChainError as error:
        print(f"sbom: {error}", file=sys.stderr)
        return 2
    PLACE.parent.mkdir(exist_ok=True)
    PLACE.write_text(text, encoding="utf-8")
    print(f"{PLACE.relative_to(ROOT)} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
