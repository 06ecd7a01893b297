"""A client on libcurl as Python links it, which on Debian is the one with GnuTLS."""
import io
import sys

import pycurl

options = dict(pair.split("=", 1) for pair in sys.argv[2:])
handle = pycurl.Curl()
handle.setopt(pycurl.URL, f"https://{options['name']}:{options['port']}/{'y' * (int(options['port']) % 89)}")
handle.setopt(pycurl.RESOLVE, [f"{options['name']}:{options['port']}:{options['address']}"])
handle.setopt(pycurl.CAINFO, options["ca"])
handle.setopt(pycurl.FORBID_REUSE, 1)
handle.setopt(pycurl.TIMEOUT, 5)
handle.setopt(pycurl.HTTPHEADER, ["Connection: close"])
floor, ceiling = {
    "1.2": (pycurl.SSLVERSION_TLSv1_2, pycurl.SSLVERSION_MAX_TLSv1_2),
    "1.3": (pycurl.SSLVERSION_TLSv1_3, pycurl.SSLVERSION_MAX_TLSv1_3),
}[options["version"]]
handle.setopt(pycurl.SSLVERSION, floor | ceiling)
if options["alpn"] == "none":
    handle.setopt(pycurl.SSL_ENABLE_ALPN, 0)
if "cert" in options:
    handle.setopt(pycurl.SSLCERT, options["cert"])
    handle.setopt(pycurl.SSLKEY, options["key"])
for _ in range(int(options["connections"])):
    answer = io.BytesIO()
    handle.setopt(pycurl.WRITEDATA, answer)
    try:
        handle.perform()
    except pycurl.error as error:
        print(error, file=sys.stderr)
    sys.stdout.buffer.write(answer.getvalue())
