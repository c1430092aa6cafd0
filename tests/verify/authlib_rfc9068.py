"""A resource server with Authlib's validator of RFC 9068. It finds the keys from the issuer alone.

    python authlib_rfc9068.py JWKS ISSUER AUDIENCE

The lines that it reads and prints are those of jose.mjs. It ignores JWKS, and counts no fetches.
"""

import json
import sys
import urllib.request

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc9068 import JWTBearerTokenValidator


def fetched(url):
    with urllib.request.urlopen(url, timeout=10) as response:
        return json.load(response)


class Validator(JWTBearerTokenValidator):
    def get_jwks(self):
        metadata = fetched(f"{self.issuer}/.well-known/oauth-authorization-server")
        assert metadata["issuer"] == self.issuer
        return fetched(metadata["jwks_uri"])


def main():
    _, issuer, audience = sys.argv[1:]
    validator = Validator(issuer=issuer, resource_server=audience)
    for line in sys.stdin:
        try:
            token = validator.authenticate_token(line.strip())
            validator.validate_token(token, [], None)
            print(f"{token.header['alg']} {token.header['kid']} {token['sub']}", flush=True)
        except (OAuth2Error, ValueError) as error:
            print(f"refused: {type(error).__name__}", flush=True)


main()
