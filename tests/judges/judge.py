"""Judges the passkeys of a file by fido2 or webauthn of PyPI: prints, for each case, whether it takes the registration and the use."""
import json
import sys

from fido2.server import Fido2Server
from fido2.webauthn import PublicKeyCredentialRpEntity
from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import base64url_to_bytes

judge, path = sys.argv[1:]
with open(path, encoding="utf-8") as file:
    data = json.load(file)
rp_id, origin = data["rpId"], data["origin"]
server = Fido2Server(PublicKeyCredentialRpEntity(id=rp_id, name=rp_id), verify_origin=lambda it: it == origin)


def fido2_register(part):
    state = {"challenge": part["challenge"], "user_verification": "required"}
    return server.register_complete(state, part["credential"]).credential_data


def fido2_use(part, credential):
    state = {"challenge": part["challenge"], "user_verification": "required"}
    server.authenticate_complete(state, [credential], part["credential"])


def webauthn_register(part):
    return verify_registration_response(
        credential=part["credential"],
        expected_challenge=base64url_to_bytes(part["challenge"]),
        expected_rp_id=rp_id,
        expected_origin=origin,
        require_user_verification=True,
    )


def webauthn_use(part, credential):
    verify_authentication_response(
        credential=part["credential"],
        expected_challenge=base64url_to_bytes(part["challenge"]),
        expected_rp_id=rp_id,
        expected_origin=origin,
        credential_public_key=credential.credential_public_key,
        credential_current_sign_count=credential.sign_count,
        require_user_verification=True,
    )


register, use = {"fido2": (fido2_register, fido2_use), "webauthn": (webauthn_register, webauthn_use)}[judge]
answers = {}
for case in data["cases"]:
    answer = {"registration": False, "assertion": False}
    try:
        registered = register(case["registration"])
        answer["registration"] = True
        use(case["assertion"], registered)
        answer["assertion"] = True
    except Exception as error:  # A refusal: the libraries have no common type for it.
        answer["reason"] = str(error)
    answers[case["name"]] = answer
print(json.dumps(answers))
