"""Checks the Helm chart: lint, strict schema validation of what it renders, and the house's own rules.

Run by `make helm-check`; exits 1 when anything is wrong. No cluster and no network are needed.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import helm_python as helm
import kubernetes_validate
import yaml
from helm_python import _native
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
CHART = ROOT / "deploy" / "helm" / "madeleine"
KUBERNETES = "1.37.0"
SERVICES = sorted(p.name for p in (ROOT / "services").iterdir() if (p / "pyproject.toml").exists())
OPERATOR = "monitoring.coreos.com/v1"

SPLIT = [{"name": "serve", "replicas": 2}, {"name": "relay"}, {"name": "project"}, {"name": "worker"}]
HA_ROLE = [{"name": "all", "autoscale": {"min": 2, "max": 6, "cpuPercent": 70}}]

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One way to install the chart, and the kinds that it must and must not render."""

    name: str
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    apis: tuple[str, ...] = ()
    expect: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()


CASES = [
    Case("defaults", expect=frozenset({"NetworkPolicy", "Job"}), without=frozenset({"Ingress", "ServiceMonitor"})),
    Case(
        "split roles",
        {"services": {name: {"roles": SPLIT} for name in ("chat", "memory", "miniapp")}},
        expect=frozenset({"PodDisruptionBudget"}),
    ),
    Case(
        "high availability",
        {"services": {name: {"roles": HA_ROLE} for name in SERVICES if name != "gateway"}, "image": {"tag": "1.2.3"}},
        expect=frozenset({"PodDisruptionBudget", "HorizontalPodAutoscaler"}),
    ),
    Case(
        "ingress and monitoring",
        {
            "ingress": {"enabled": True, "host": "ai.example.org", "tlsSecret": "ai-tls", "className": "nginx"},
            "metrics": {"serviceMonitor": {"enabled": True}, "rules": {"enabled": True}},
            "otlp": {"endpoint": "http://collector.observability.svc:4317"},
        },
        apis=(OPERATOR,),
        expect=frozenset({"Ingress", "ServiceMonitor", "PrometheusRule"}),
    ),
    Case(
        "monitoring without the operator",
        {"metrics": {"serviceMonitor": {"enabled": True}, "rules": {"enabled": True}}},
        without=frozenset({"ServiceMonitor", "PrometheusRule"}),
    ),
    Case(
        "own volume, no policies",
        {
            "adapterStore": {"existingClaim": "adapters"},
            "attachments": {"url": "s3://bucket/chat", "credentialsSecret": "s3"},
            "networkPolicy": {"enabled": False},
        },
        without=frozenset({"NetworkPolicy", "PersistentVolumeClaim"}),
    ),
]

# Values that the schema must refuse, each with the key that the message has to name.
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"replicaz": 3}, "replicaz"),
    ({"services": {"chat": {"replicas": 3}}}, "replicas"),
    ({"services": {"chatt": {}}}, "chatt"),
    ({"services": {"chat": {"roles": [{"name": "cook"}]}}}, "roles"),
    ({"image": {"tag": "latest"}}, "tag"),
    ({"postgres": {"password": "hunter2"}}, "password"),
    ({"temporal": {"address": "no-port"}}, "address"),
    ({"nats": {"maxBytes": -1}}, "maxBytes"),
    ({"metrics": {"gaugesEverySeconds": 0}}, "gaugesEverySeconds"),
]


def render(chart: helm.Chart, case: Case) -> list[Manifest]:
    """Renders `case` to manifests, hooks included; raises HelmError when a template fails."""
    options = {"name": "check", "namespace": "madeleine", "kube_version": f"v{KUBERNETES}", "api_versions": case.apis}
    # Chart.render() hides api_versions, which the engine below it takes; capability gates need it.
    rendered: dict[str, str] = json.loads(
        _native.call_string("helm_render", chart._raw(), json.dumps(case.values), json.dumps(options))
    )
    sources = [text for path, text in rendered.items() if path.endswith(".yaml")]
    return [doc for text in sources for doc in yaml.safe_load_all(text) if doc]


def schema_problems(manifest: Manifest) -> Iterator[str]:
    """Says what the Kubernetes schema has against `manifest`."""
    if manifest["apiVersion"] == OPERATOR:
        return  # a custom kind: its schema lives in the operator, not in Kubernetes
    try:
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)
    except kubernetes_validate.ValidationError as error:
        yield f"{'.'.join(map(str, error.path))}: {error.message}"
    except kubernetes_validate.SchemaNotFoundError as error:
        yield error.message


def pod_of(manifest: Manifest) -> Manifest | None:
    """Returns the pod spec inside `manifest`, if it has one."""
    template = manifest.get("spec", {}).get("template")
    return template["spec"] if template and "containers" in template.get("spec", {}) else None


def pod_problems(kind: str, pod: Manifest) -> Iterator[str]:
    """Says which of the house's rules for pods are broken."""
    security = pod.get("securityContext", {})
    if not security.get("runAsNonRoot") or not security.get("runAsUser"):
        yield "the pod may run as root"
    if security.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield "seccomp profile is not RuntimeDefault"
    if pod.get("automountServiceAccountToken") is not False:
        yield "the account's token is mounted"
    for container in pod["containers"] + pod.get("initContainers", []):
        yield from (f"container {container['name']}: {said}" for said in container_problems(kind, container))


def container_problems(kind: str, container: Manifest) -> Iterator[str]:
    """Says which of the house's rules for containers are broken; a Job needs no probes."""
    security = container.get("securityContext", {})
    if security.get("allowPrivilegeEscalation") is not False or not security.get("readOnlyRootFilesystem"):
        yield "may gain privileges or write its root file system"
    if security.get("capabilities", {}).get("drop") != ["ALL"]:
        yield "keeps capabilities"
    for bound in ("requests", "limits"):
        if missing := {"cpu", "memory"} - container.get("resources", {}).get(bound, {}).keys():
            yield f"no {bound} of {', '.join(sorted(missing))}"
    tag = container["image"].rpartition("/")[2].partition(":")[2]
    if not tag or tag == "latest":
        yield f"image {container['image']} is not pinned"
    if kind != "Job":
        yield from (f"no {p}" for p in ("startupProbe", "readinessProbe", "livenessProbe") if p not in container)
    for variable in container.get("env", []):
        value = variable.get("value", "")
        named = re.search(r"PASSWORD|TOKEN|SECRET|DATABASE_URL|NATS_URL", variable["name"])
        if value and (named or re.search(r"://[^/]*@", value)):
            yield f"{variable['name']} holds a secret in the open"


def whole_problems(case: Case, manifests: list[Manifest]) -> Iterator[str]:
    """Says what is missing from, or too much in, the whole of a rendered case."""
    kinds = {m["kind"] for m in manifests}
    yield from (f"renders no {kind}" for kind in sorted(case.expect - kinds))
    yield from (f"renders a {kind}" for kind in sorted(case.without & kinds))
    if "Secret" in kinds:
        yield "renders a Secret: secrets are the installer's"
    component = "app.kubernetes.io/component"
    for kinds_needed in (("Deployment", "StatefulSet"), ("Service",), ("ServiceAccount",)):
        there = {m["metadata"]["labels"].get(component) for m in manifests if m["kind"] in kinds_needed}
        yield from (f"{name} has no {' or '.join(kinds_needed)}" for name in SERVICES if name not in there)
    names = [(m["kind"], m["metadata"]["name"]) for m in manifests]
    yield from (f"two of {kind}/{name}" for kind, name in sorted({n for n in names if names.count(n) > 1}))


def problems(case: Case, manifests: list[Manifest]) -> list[str]:
    """Everything that is wrong with a rendered case, one line each."""
    said = list(whole_problems(case, manifests))
    for manifest in manifests:
        where = f"{manifest['kind']}/{manifest['metadata']['name']}"
        said += [f"{where}: {text}" for text in schema_problems(manifest)]
        if pod := pod_of(manifest):
            said += [f"{where}: {text}" for text in pod_problems(manifest["kind"], pod)]
    return said


def accepted(chart: helm.Chart) -> list[str]:
    """Bad values that the values schema let through, or refused without naming the key."""
    said: list[str] = []
    for values, key in REFUSED:
        try:
            chart.validate_schema(chart.merge_values(values))
        except helm.HelmValuesError as error:
            if key not in str(error):
                said.append(f"{json.dumps(values)}: refused without naming {key}: {error}")
        else:
            said.append(f"{json.dumps(values)}: accepted")
    return said


def main() -> int:
    """Runs every check, prints a table, and returns the exit status."""
    table = Table(title=f"Helm {helm.helm_sdk_version()} · Kubernetes {KUBERNETES} (strict)", title_justify="left")
    table.add_column("check")
    table.add_column("what", justify="right")
    table.add_column("result")
    failures: list[str] = []

    def note(check: str, what: str, said: list[str]) -> None:
        table.add_row(check, what, f"[red]{len(said)} wrong[/]" if said else "[green]ok[/]")
        failures.extend(f"{check}: {text}" for text in said)

    lint = helm.lint(CHART, strict=True)
    # Severity 1 is advice (an icon); 2 and 3 are warnings and errors.
    lines = [f"{m['path']}: {m['error']}" for m in lint["messages"] if m["severity"] > 1]
    note("lint", f"{lint['total_charts_linted']} chart", lines + lint["errors"])
    with helm.Chart.load(CHART) as chart:
        for case in CASES:
            manifests = render(chart, case)
            note(case.name, f"{len(manifests)} manifests", problems(case, manifests))
        note("values.schema.json", f"{len(REFUSED)} bad values", accepted(chart))

    Console().print(table)
    for text in failures:
        print(text, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
