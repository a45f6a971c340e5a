"""The rendered configuration: accepted by Envoy, and exact about what is public."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2
from pydantic import ValidationError

from madeleine_gateway.config import render
from madeleine_gateway.methods import OPEN_METHODS, public_methods
from madeleine_gateway.settings import GatewaySettings
from madeleine_protos import DESCRIPTORS


def routes_of(config: dict) -> list[dict]:
    listener = config["static_resources"]["listeners"][0]
    manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
    return manager["route_config"]["virtual_hosts"][0]["routes"]


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"OTLP_ENDPOINT": "http://127.0.0.1:4317"},
        {"GATEWAY_OPENAI_ADDRESS": "127.0.0.1:7080", "GATEWAY_LIVE_ADDRESS": "127.0.0.1:7081"},
    ],
)
def test_envoy_accepts_what_is_rendered(tmp_path: Path, more: dict[str, str]):
    settings = {f"MADELEINE_{name}": value for name, value in more.items()}
    done = subprocess.run(
        [sys.executable, "-m", "madeleine_gateway.main", "validate"],
        env={**os.environ, "MADELEINE_DATA_DIR": str(tmp_path), **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "OK" in done.stdout


def test_render_prints_json():
    done = subprocess.run(
        [sys.executable, "-m", "madeleine_gateway.main", "render"], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["static_resources"]["listeners"]


def test_exactly_the_annotated_methods_are_routed():
    routed = {route["match"]["path"] for route in routes_of(render(GatewaySettings())) if "path" in route["match"]}
    grpc_paths = {path for path in routed if path.startswith("/madeleine.")}
    assert grpc_paths == {method.path for method in public_methods()}
    for internal in ("KeyringService/", "PeopleService/", "MembershipService/", "InferenceService/", "/StartRun"):
        assert not [path for path in grpc_paths if internal in path]


def test_every_route_but_the_rest_one_leads_to_a_cluster():
    config = render(GatewaySettings(gateway_openai_address="127.0.0.1:7080", gateway_live_address="127.0.0.1:7081"))
    known = {cluster["name"] for cluster in config["static_resources"]["clusters"]}
    missing = {r["name"] for r in routes_of(config) if "route" in r and r["route"]["cluster"] not in known}
    assert missing == {"rest"}


def test_streams_have_no_time_limit_and_calls_do():
    by_name = {route["name"]: route for route in routes_of(render(GatewaySettings()))}
    for method in public_methods():
        assert by_name[method.path]["route"]["timeout"] == ("0s" if method.streams else "60.0s")


def test_a_contract_without_an_open_method_is_refused():
    files = descriptor_pb2.FileDescriptorSet.FromString(DESCRIPTORS.read_bytes())
    for file in files.file:
        for service in file.service:
            if service.name == "IdentityService":
                service.method[0].name = "Register"
    with pytest.raises(ValueError, match=r"IdentityService/SignUp"):
        public_methods(files.SerializeToString())
    assert {method.path for method in public_methods()} >= OPEN_METHODS


@pytest.mark.parametrize("bad", ["8080", "localhost", "localhost:http", ":1", "127.0.0.1:70000"])
def test_a_bad_address_is_named(bad: str):
    with pytest.raises(ValidationError, match=r"gateway_listen[\s\S]*is not host:port"):
        GatewaySettings(gateway_listen=bad)


def test_a_service_without_an_address_is_named():
    with pytest.raises(ValueError, match="MADELEINE_WEATHER_ADDRESS"):
        GatewaySettings().upstream("weather")
