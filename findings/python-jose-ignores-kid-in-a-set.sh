#!/usr/bin/env bash
# Package: python-jose 3.5.0 (PyPI), with the cryptography backend (cryptography 50.0.2)
#
# Behaviour: `jwt.decode` with a JWK set tries the keys in the order of the set and does not look at `kid`. It stops
# with an error at the first key whose type does not fit the token's algorithm, so that whether a good token verifies
# depends on the order of the keys.
#
# Seen:
#   its own key first: accepted
#   its own key second: refused
#
# Why it matters: after a change of the signing algorithm a JWK set holds keys of two types, with the key that signs
# now in front. Tokens that the previous key signed, and that are valid for hours yet, are then refused.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'python-jose==3.5.0' 'cryptography==50.0.2'

cat >decode.py <<'PY'
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives import serialization
from jose import jwk, jwt
from jose.exceptions import JOSEError


def pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def public(private, algorithm, kid):
    return {**jwk.construct(private, algorithm).public_key().to_dict(), "kid": kid, "use": "sig"}


old = pem(ec.generate_private_key(ec.SECP256R1()))
new = pem(rsa.generate_private_key(65537, 2048))
old_jwk, new_jwk = public(old, "ES256", "old"), public(new, "RS256", "new")
token = jwt.encode({"sub": "usr_1"}, old, algorithm="ES256", headers={"kid": "old"})

for label, keys in [("its own key first:", [old_jwk, new_jwk]), ("its own key second:", [new_jwk, old_jwk])]:
    try:
        jwt.decode(token, {"keys": keys}, algorithms=["ES256", "RS256"])
        print(label, "accepted")
    except JOSEError:
        print(label, "refused")
PY

cat >expected <<'TEXT'
its own key first: accepted
its own key second: refused
TEXT
venv/bin/python decode.py | tee seen
diff expected seen
