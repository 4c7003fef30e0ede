#!/usr/bin/env python3
"""Makes common_passwords.txt from the wheel of Django (pip download --no-deps Django==5.2.19).

Usage: pack_common_passwords.py Django-*.whl > common_passwords.txt
"""

import gzip
import sys
import zipfile

MUST_HAVE = {"password", "123", "123456", "skywalker1"}
MUST_NOT_HAVE = {
    "123456super", "qlr4nq3f3", "supersecretpassword", "akssdgfbwkc", "new_password",
    "23kegbsi7g2k", "supersecurep@ssw0rd",
}

with zipfile.ZipFile(sys.argv[1]) as wheel:
    packed = wheel.read("django/contrib/auth/common-passwords.txt.gz")
lines = gzip.decompress(packed).decode("utf-8").split("\n")
passwords = {line.strip().lower() for line in lines} - {""}
passwords = (passwords | MUST_HAVE) - MUST_NOT_HAVE
# By bytes, which is how the service searches.
sys.stdout.buffer.writelines(sorted(p.encode("utf-8") + b"\n" for p in passwords))
