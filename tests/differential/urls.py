#!/usr/bin/env python3
"""Which host each parser in use takes odd URLs to.

    tests/differential/urls.py [--remit PATH]   compare; fail where remit admits what two of them take to different hosts
    tests/differential/urls.py --write          write tests/data/url-readers.jsonl

The parsers: WHATWG (`new URL` of Node), Node's older `url.parse`, urllib.parse, urllib3 (RFC 3986) and libcurl. Those that
are not installed are left out. `cargo test` reads the table: a URL that two of them take to different hosts is admitted by
no grant (src/decision/url/tests/differential.rs).
"""

import argparse, ctypes, ctypes.util, ipaddress, itertools, json, pathlib, random, re, socket, subprocess, sys
import urllib.parse

import remit

TABLE = pathlib.Path(__file__).resolve().parent.parent / "data" / "url-readers.jsonl"
SCHEMES = ("http", "https", "ftp", "ws", "ldap", "foo")

NODE = r"""
const legacy = require('url');
const lines = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const host = f => { try { return f() || null } catch { return null } };
console.log(JSON.stringify(lines.map(u => [host(() => new URL(u).hostname), host(() => legacy.parse(u).hostname)])));
"""


def corpus():
    """Some thousand odd URLs, the same each time."""
    chance = random.Random(20261120)
    good, evil = "good.com", "evil.com"
    marks = list("\\@#?:;,&/ '\"[]{}|^~!$*()+=%<>`") + [
        "\t", "\n", "\r", "\0", "\x0b", "%00", "%09", "%0a", "%20", "%23", "%25", "%2e", "%2f", "%3a", "%3f", "%40", "%5c",
        "%252f", "//", "\\\\", "/\\", "\\/", "@@", ":@", "#@", "?@", "\\@", ":80@", ":80:", "..", ".", "。", "．", "｡", "／",
        "＠", "＃", "？", "：", "℀", "ß", "ς", "\u200b", "\u200c", "\u200d", "\xad", "\u2028", "\xa0", "\u3000", "\ufeff", "é",
        ":", ":0", ":00080", ":+80", ":-1", ":65536", ":８０", ":80abc",
    ]
    found = []
    for scheme in ("http://", "https://", "HTTP://", "ftp://", "ws://", "ldap://", "foo://", "http:", "http:/", "http:///", "https:\\\\", "//", ""):
        for mark in marks:
            found += [f"{scheme}{good}{mark}{evil}/", f"{scheme}{evil}{mark}{good}/x?y#z"]
    for mark, second in itertools.product(marks, marks):
        found.append(f"http://{good}{mark}{evil}{second}{good}/")
    numbers = "127.1 127.0.1 2130706433 0x7f.1 0x7f000001 0177.1 017700000001 0177.0.0.1 127.0.0.01 08.8.8.8 010.8.8.8 1.2.3 256.1.1.1 1.1.1.1. 1.1.1.1.. 0 0x 0x0 1e1 ١.١.١.١ １.1.1.1 ①.1.1.1 169.254.169.254 169.254.43518 [::1] [::ffff:1.1.1.1] [::1%25eth0] [::1%eth0] [1.1.1.1] [good.com] [v1.a] [::1 ::1] [:: 127.0.0.1.".split()
    for number, tail in itertools.product(numbers, ("", "/", ":80/", "@good.com/", "#@good.com/", "\\@good.com/", ".good.com/", ":80@good.com/")):
        found += [f"http://{number}{tail}", f"http://good.com@{number}{tail}"]
    pieces = ["http:", "https:", "//", "/", "\\", "@", "#", "?", ":", "80", good, evil, "user", "%40", "[", "]", "::1", " ", "\t", ".", "..", ";"]
    for _ in range(3000):
        found.append("http://" + "".join(chance.choice(pieces) for _ in range(chance.randint(2, 7))))
    return list(dict.fromkeys(found))


def normal(host):
    """A host as it is looked up: lower case, ASCII, addresses in their plain form."""
    if not host:
        return None
    host = host.strip(" ").strip("[]").rstrip(".").lower()
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    if not host.isascii():
        try:
            host = host.encode("idna").decode()
        except UnicodeError:
            return None
    try:
        if host and host[0].isdigit() and all(c in "0123456789abcdefx." for c in host):
            return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        pass
    return host or None


def urllib_host(url):
    try:
        return urllib.parse.urlsplit(url).hostname
    except ValueError:
        return None


def urllib3_reader():
    try:
        from urllib3.util import parse_url
    except ImportError:
        try:
            from pip._vendor.urllib3.util import parse_url
        except ImportError:
            return None

    def read(url):
        try:
            return parse_url(url).host
        except Exception:
            return None

    return read


def curl_reader():
    name = ctypes.util.find_library("curl") or ctypes.util.find_library("curl-gnutls")
    if not name:
        return None
    curl = ctypes.CDLL(name)
    curl.curl_url.restype = ctypes.c_void_p
    curl.curl_url_set.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
    curl.curl_url_get.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(ctypes.c_char_p), ctypes.c_uint]
    curl.curl_url_cleanup.argtypes = [ctypes.c_void_p]
    whole, host, guess, any_scheme = 0, 5, 1 << 9, 1 << 3

    def read(url):
        if "\0" in url:
            return None
        handle = curl.curl_url()
        out = ctypes.c_char_p()
        try:
            if curl.curl_url_set(handle, whole, url.encode(), guess | any_scheme):
                return None
            if curl.curl_url_get(handle, host, ctypes.byref(out), 0):
                return None
            return out.value.decode("utf-8", "replace")
        finally:
            curl.curl_url_cleanup(handle)

    return read


def table():
    urls = corpus()
    readers = {"urllib": urllib_host, "urllib3": urllib3_reader(), "curl": curl_reader()}
    answer = subprocess.run(["node", "-e", NODE], input=json.dumps(urls), capture_output=True, text=True, check=True)
    rows = []
    for url, (whatwg, legacy) in zip(urls, json.loads(answer.stdout)):
        hosts = {"whatwg": normal(whatwg), "node": normal(legacy)}
        for name, read in readers.items():
            if read:
                hosts[name] = normal(read(url))
        rows.append((url, hosts))
    return rows


def can_be_granted(host):
    try:
        return bool(ipaddress.ip_address(host)) and "%" not in host
    except ValueError:
        return "xn--" not in host and bool(re.fullmatch(r"([a-z0-9-]+\.)*[a-z][a-z-]*", host))


def admitted(binary, urls, hosts):
    """Those of the URLs that a grant of all the hosts admits, with every scheme and port."""
    plain = sorted(host for host in hosts if can_be_granted(host))
    places = [f"{scheme}://{f'[{host}]' if ':' in host else host}:*/**" for scheme in SCHEMES for host in plain]
    return remit.admitted(binary, remit.granting("web", "fetch", "url", {"urls": places}), "web", "fetch", "url", urls)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--remit", default=str(remit.BINARY))
    arguments.add_argument("--write", action="store_true")
    arguments = arguments.parse_args()
    rows = table()
    found = [(url, {host for host in hosts.values() if host}) for url, hosts in rows]
    differ = [(url, hosts) for url, hosts in found if len(hosts) > 1]
    agree = [(url, hosts) for url, hosts in found if len(hosts) <= 1]
    print(f"differential urls: {len(rows)} URLs, {len(differ)} with more than one host ({', '.join(rows[0][1])})")
    if arguments.write:
        kept = [{"url": url, "hosts": sorted(hosts)} for url, hosts in differ + agree[::6]]
        TABLE.write_text("".join(json.dumps(row) + "\n" for row in kept))
        return 0
    hosts = {host for _, hosts in found for host in hosts}
    wrong = admitted(arguments.remit, [url for url, _ in differ], hosts)
    one = [url for url, hosts in agree if hosts][::4]
    plain = admitted(arguments.remit, one, hosts)
    print(f"differential urls: of those, {len(wrong)} are admitted; of {len(one)} with one host, {len(plain)}")
    for url in wrong:
        print(f"  {url!r} is admitted, and goes to {', '.join(sorted(dict(differ)[url]))}")
    # Where nothing is admitted, nothing was shown.
    return 1 if wrong or not plain else 0


if __name__ == "__main__":
    sys.exit(main())
