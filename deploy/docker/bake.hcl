# docker buildx bake -f deploy/docker/bake.hcl            all eight images
# REGISTRY=registry.example.org/ai TAG=0.1.0 docker buildx bake -f deploy/docker/bake.hcl --push
variable "REGISTRY" { default = "ghcr.io/madeleine" }
variable "TAG" { default = "0.1.0" }

group "default" { targets = ["service"] }

target "service" {
  name       = service
  matrix     = { service = ["identity", "chat", "memory", "miniapp", "spark", "trainer", "inference", "gateway"] }
  dockerfile = "deploy/docker/Dockerfile"
  context    = "."
  args       = { SERVICE = service, WEB = service == "gateway" ? "with-web" : "without-web" }
  tags       = ["${REGISTRY}/madeleine-${service}:${TAG}"]
}
