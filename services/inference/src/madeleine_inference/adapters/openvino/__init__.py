"""The CPU engine: OpenVINO's kernels under our own graph, so that one pass serves many people and many adapters."""
