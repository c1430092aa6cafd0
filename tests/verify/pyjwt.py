"""A resource server in Python. It verifies access tokens with the JWK set alone, which it fetches once and keeps.

    python pyjwt.py JWKS ISSUER AUDIENCE [SECONDS]

It reads one token per line and prints a line for each: the algorithm, the key id and the account, or `refused`. At the end
of its input it prints how often it fetched the set.
"""

import sys

import jwt


class Keys(jwt.PyJWKClient):
    fetched = 0

    def fetch_data(self):
        Keys.fetched += 1
        return super().fetch_data()


def verified(token, keys, issuer, audience):
    key = keys.get_signing_key_from_jwt(token)
    # The algorithm comes from the key, not from the token.
    algorithms = [key.algorithm_name]
    required = ["exp", "iat", "nbf", "iss", "aud", "sub", "sid", "jti"]
    token = jwt.decode_complete(
        token, key.key, algorithms=algorithms, issuer=issuer, audience=audience, options={"require": required}
    )
    header = token["header"]
    if header["typ"] != "at+jwt":
        raise jwt.InvalidTokenError("typ")
    return f"{header['alg']} {header['kid']} {token['payload']['sub']}"


def main():
    jwks, issuer, audience = sys.argv[1:4]
    # How long the set is kept; the library's default is 300.
    keys = Keys(jwks, lifespan=int(sys.argv[4]) if sys.argv[4:] else 300)
    for token in sys.stdin:
        try:
            print(verified(token.strip(), keys, issuer, audience), flush=True)
        except jwt.PyJWTError as error:
            print(f"refused: {type(error).__name__}", flush=True)
    print(f"fetched {Keys.fetched}", flush=True)


main()
