"""One verifier for run-all. It prints the verdict on a token, on one with an altered signature, and on the first for
another audience.

    python all.py NAME ISSUER AUDIENCE TOKEN
"""

import json
import sys
import traceback
import urllib.request


def fetched(url):
    with urllib.request.urlopen(url, timeout=10) as response:
        return json.load(response)


def pyjwt(token, issuer, audience, keys):
    import jwt

    key = jwt.PyJWKClient(keys).get_signing_key_from_jwt(token)
    jwt.decode(token, key, algorithms=["ES256"], issuer=issuer, audience=audience, leeway=5)


def authlib(token, issuer, audience, keys):
    from authlib.oauth2.rfc9068 import JWTBearerTokenValidator

    class Validator(JWTBearerTokenValidator):
        def get_jwks(self):
            return fetched(fetched(f"{issuer}/.well-known/oauth-authorization-server")["jwks_uri"])

    validator = Validator(issuer=issuer, resource_server=audience)
    validator.validate_token(validator.authenticate_token(token), [], None)


def joserfc(token, issuer, audience, keys):
    from joserfc import jwt
    from joserfc.jwk import KeySet

    claims = jwt.decode(token, KeySet.import_key_set(fetched(keys)), algorithms=["ES256"]).claims
    wanted = {name: {"essential": True, "value": value} for name, value in (("iss", issuer), ("aud", audience))}
    jwt.JWTClaimsRegistry(leeway=5, **wanted).validate(claims)


def jwcrypto(token, issuer, audience, keys):
    from jwcrypto.jwk import JWKSet
    from jwcrypto.jwt import JWT

    key_set = JWKSet.from_json(json.dumps(fetched(keys)))
    JWT(jwt=token, key=key_set, check_claims={"iss": issuer, "aud": audience}, algs=["ES256"])


def python_jose(token, issuer, audience, keys):
    from jose import jwt

    kid = jwt.get_unverified_header(token)["kid"]
    [key] = [key for key in fetched(keys)["keys"] if key["kid"] == kid]
    jwt.decode(token, key, algorithms=["ES256"], issuer=issuer, audience=audience)


def main():
    name, issuer, audience, token = sys.argv[1:]
    verify = globals()[name.replace("-", "_")]
    # The middle of the signature: the last character has bits that mean nothing.
    at = len(token) - 40
    altered = token[:at] + ("B" if token[at] == "A" else "A") + token[at + 1 :]
    for candidate, wanted in ((token, audience), (altered, audience), (token, "https://elsewhere.test")):
        try:
            verify(candidate, issuer, wanted, f"{issuer}/.well-known/jwks.json")
            print("accepted")
        except Exception:
            traceback.print_exc()
            print("refused")


main()
