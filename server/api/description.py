"""Completes the description of the interface (OpenAPI): who signs, bodies that are signed as bytes, refusals."""

from typing import Any

from server.api.shapes import ORIGIN, BatchIn, Problem
from server.api.signed import AT, DEVICE, SIGNATURE

_REF = "#/components/schemas/{model}"
_TEXT = {"type": "string"}
_SIGNED = [
    {"name": DEVICE, "in": "header", "required": True, "schema": {"type": "string", "pattern": ORIGIN}},
    {"name": SIGNATURE, "in": "header", "required": True, "schema": _TEXT,
     "description": "ECDSA P-256 with SHA-256, r and s raw, base64url: over the body's bytes as they are sent, or, "
     "where there is none, over method, space, address with query, newline and the moment"},
]  # fmt: skip
_AT = {"name": AT, "in": "header", "required": True, "schema": {"type": "string", "format": "date-time"},
       "description": "the moment by the device's clock; ten minutes beside the office's at most"}  # fmt: skip
_ENCODING = {"name": "Content-Encoding", "in": "header", "schema": {"type": "string", "enum": ["gzip", "identity"]}}
_BODIES = {
    "/api/v1/ops": {"application/json": {"schema": {"$ref": _REF.format(model="BatchIn")}}},
    "/api/v1/photos": {kind: {"schema": {**_TEXT, "format": "binary"}} for kind in ("image/jpeg", "image/png")},
}
_REFUSED = {"application/problem+json": {"schema": {"$ref": _REF.format(model="Problem")}}}


def complete(spec: dict[str, Any]) -> dict[str, Any]:
    """The description with all that the views' declarations cannot say."""
    schemas = spec.setdefault("components", {}).setdefault("schemas", {})
    for model in (Problem, BatchIn):
        schema = model.model_json_schema(ref_template=_REF)
        schemas |= {**schema.pop("$defs", {}), model.__name__: schema}
    for unused in ("HTTPError", "ValidationError"):
        schemas.pop(unused, None)
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    response |= {"description": "A problem (RFC 9457)", "content": _REFUSED}
            if operation.pop("security", None):
                moment = [_AT] if method == "get" else []
                operation["parameters"] = [*operation.get("parameters", []), *_SIGNED, *moment]
            if path in _BODIES:
                operation["requestBody"] = {"required": True, "content": _BODIES[path]}
    spec["paths"]["/api/v1/ops"]["post"]["parameters"].append(_ENCODING)
    return spec
