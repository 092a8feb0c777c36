"""Every function: what it takes, and what computes it."""

from __future__ import annotations

from ecsnet.terraform.convert import to_type
from ecsnet.terraform.functions import (
    collections,
    dates,
    encoding,
    files,
    formatting,
    hashes,
    maps,
    network,
    numeric,
    regexes,
    set_operations,
    strings,
    yaml,
)
from ecsnet.terraform.functions.signature import Function
from ecsnet.terraform.scalars import to_bool, to_number, to_string
from ecsnet.terraform.types import ANY, Collection
from ecsnet.values import Unknown, Value


def _same(value: Value, *others: Value) -> Value:
    return value


def _can(value: Value) -> Value:
    return True


def _is_sensitive(value: Value) -> Value:
    return Unknown("which values are sensitive is not tracked")


def _as_null(value: Value) -> Value:
    return Unknown("which values are ephemeral is not tracked")


def _to_list(value: Value) -> Value:
    return to_type(value, Collection("list", ANY))


def _to_set(value: Value) -> Value:
    return to_type(value, Collection("set", ANY))


def _to_map(value: Value) -> Value:
    return to_type(value, Collection("map", ANY))


def _partial(signature: str, body: object) -> Function:
    return Function(signature, body, partial=True)  # type: ignore[arg-type]


def _file(signature: str, body: object, partial: bool = False) -> Function:
    return Function(signature, body, partial=partial, context=True)  # type: ignore[arg-type]


FUNCTIONS: dict[str, Function] = {
    "abs": Function("num:number", numeric.absolute),
    "abspath": _file("path:string", files.absolute),
    "alltrue": _partial("list:list(bool)", collections.alltrue),
    "anytrue": _partial("list:list(bool)", collections.anytrue),
    "base64decode": _partial("str:string", encoding.base64_decode),
    "base64encode": _partial("str:string", encoding.base64_encode),
    "base64gzip": Function("str:string", encoding.gzip),
    "base64sha256": Function("str:string", hashes.of_string("sha256", base64=True)),
    "base64sha512": Function("str:string", hashes.of_string("sha512", base64=True)),
    "basename": Function("path:string", files.base_name),
    "bcrypt": Function("str:string *cost:number", hashes.bcrypt),
    "can": _partial("expression:any?", _can),
    "ceil": Function("num:number", numeric.ceiling),
    "chomp": Function("str:string", strings.chomp),
    "chunklist": _partial("list:list(any) size:number", collections.chunklist),
    "cidrhost": Function("prefix:string hostnum:number", network.cidr_host),
    "cidrnetmask": Function("prefix:string", network.cidr_netmask),
    "cidrsubnet": Function("prefix:string newbits:number netnum:number", network.cidr_subnet),
    "cidrsubnets": _partial("prefix:string *newbits:number", network.cidr_subnets),
    "coalesce": _partial("*vals:any?", collections.coalesce),
    "coalescelist": _partial("*vals:any?", collections.coalescelist),
    "compact": _partial("list:list(string)", collections.compact),
    "concat": _partial("*seqs:any", collections.concat),
    "contains": _partial("list:any value:any", collections.contains),
    "csvdecode": Function("str:string", encoding.csv_decode),
    "dirname": Function("path:string", files.folder_name),
    "distinct": _partial("list:list(any)", collections.distinct),
    "element": _partial("list:any index:number", collections.element),
    "endswith": _partial("str:string suffix:string", strings.ends_with),
    "ephemeralasnull": _partial("value:any?", _as_null),
    "file": _file("path:string", files.file),
    "filebase64": _file("path:string", files.file_base64),
    "filebase64sha256": _file("path:string", files.hash_of_file("sha256", base64=True)),
    "filebase64sha512": _file("path:string", files.hash_of_file("sha512", base64=True)),
    "fileexists": _file("path:string", files.file_exists),
    "filemd5": _file("path:string", files.hash_of_file("md5")),
    "fileset": _file("path:string pattern:string", files.file_set),
    "filesha1": _file("path:string", files.hash_of_file("sha1")),
    "filesha256": _file("path:string", files.hash_of_file("sha256")),
    "filesha512": _file("path:string", files.hash_of_file("sha512")),
    "flatten": _partial("list:any", collections.flatten),
    "floor": Function("num:number", numeric.floor),
    "format": _partial("format:string *args:any?", formatting.format_),
    "formatdate": Function("format:string time:string", dates.format_date),
    "formatlist": _partial("format:string *args:any?", formatting.format_list),
    "indent": Function("spaces:number str:string", strings.indent),
    "index": _partial("list:any value:any", collections.index),
    "issensitive": _partial("value:any?", _is_sensitive),
    "join": _partial("separator:string *lists:list(string)", collections.join),
    "jsondecode": _partial("str:string", encoding.json_decode),
    "jsonencode": _partial("val:any?", encoding.json_encode),
    "keys": _partial("inputMap:any", maps.keys),
    "length": _partial("value:any", collections.length),
    "log": Function("num:number base:number", numeric.log),
    "lookup": _partial("inputMap:any key:string *default:any?", maps.lookup),
    "lower": Function("str:string", strings.lower),
    "matchkeys": _partial("values:list(any) keys:list(any) searchset:list(any)", set_operations.matchkeys),
    "max": Function("*numbers:number", numeric.maximum),
    "md5": Function("str:string", hashes.of_string("md5")),
    "merge": _partial("*maps:any?", maps.merge),
    "min": Function("*numbers:number", numeric.minimum),
    "nonsensitive": _partial("value:any?", _same),
    "one": _partial("list:any", collections.one),
    "parseint": Function("number:any base:number", numeric.parse_integer),
    "pathexpand": Function("path:string", files.path_expand),
    "plantimestamp": Function("", dates.timestamp),
    "pow": Function("num:number power:number", numeric.power),
    "range": Function("*params:number", numeric.range_),
    "regex": Function("pattern:string string:string", regexes.regex),
    "regexall": Function("pattern:string string:string", regexes.regexall),
    "replace": Function("str:string substr:string replace:string", strings.replace),
    "reverse": _partial("list:any", collections.reverse),
    "rsadecrypt": Function("ciphertext:string privatekey:string", hashes.rsa_decrypt),
    "sensitive": _partial("value:any?", _same),
    "setintersection": _partial("first_set:set(any) *other_sets:set(any)", set_operations.setintersection),
    "setproduct": _partial("*sets:any", set_operations.setproduct),
    "setsubtract": _partial("a:set(any) b:set(any)", set_operations.setsubtract),
    "setunion": _partial("first_set:set(any) *other_sets:set(any)", set_operations.setunion),
    "sha1": Function("str:string", hashes.of_string("sha1")),
    "sha256": Function("str:string", hashes.of_string("sha256")),
    "sha512": Function("str:string", hashes.of_string("sha512")),
    "signum": Function("num:number", numeric.signum),
    "slice": _partial("list:any start_index:number end_index:number", collections.slice_),
    "sort": _partial("list:list(string)", collections.sort),
    "split": _partial("separator:string str:string", strings.split),
    "startswith": _partial("str:string prefix:string", strings.starts_with),
    "strcontains": Function("str:string substr:string", strings.contains),
    "strrev": Function("str:string", strings.reverse),
    "substr": Function("str:string offset:number length:number", strings.substr),
    "sum": Function("list:any", numeric.total),
    "templatefile": _file("path:string vars:any", files.template_file, partial=True),
    "templatestring": _file("template:string vars:any", files.template_string, partial=True),
    "textdecodebase64": Function("source:string encoding:string", encoding.text_decode_base64),
    "textencodebase64": Function("string:string encoding:string", encoding.text_encode_base64),
    "timeadd": Function("timestamp:string duration:string", dates.time_add),
    "timecmp": Function("timestamp_a:string timestamp_b:string", dates.time_compare),
    "timestamp": Function("", dates.timestamp),
    "title": Function("str:string", strings.title),
    "tobool": _partial("v:any?", to_bool),
    "tolist": _partial("v:any?", _to_list),
    "tomap": _partial("v:any?", _to_map),
    "tonumber": _partial("v:any?", to_number),
    "toset": _partial("v:any?", _to_set),
    "tostring": _partial("v:any?", to_string),
    "transpose": Function("values:map(list(string))", maps.transpose),
    "trim": Function("str:string cutset:string", strings.trim),
    "trimprefix": _partial("str:string prefix:string", strings.trim_prefix),
    "trimspace": Function("str:string", strings.trim_space),
    "trimsuffix": _partial("str:string suffix:string", strings.trim_suffix),
    "try": _partial("expression:any? *expressions:any?", _same),
    "upper": Function("str:string", strings.upper),
    "urlencode": Function("str:string", encoding.url_encode),
    "uuid": Function("", hashes.random_uuid),
    "uuidv5": Function("namespace:string name:string", hashes.uuid_v5),
    "values": _partial("mapping:any", maps.values),
    "yamldecode": Function("src:string", yaml.decode),
    "yamlencode": Function("value:any?", yaml.encode),
    "zipmap": _partial("keys:list(string) values:any", maps.zipmap),
}
