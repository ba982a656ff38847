"""Authlib: what most services written in Python use. One login with a secret, one with private_key_jwt."""
import json
import os
import sys
import urllib.request

from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

WORLD = json.load(open(os.environ["WORLD"]))
REDIRECT = "http://localhost:9/callback"
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"


def desk(path, body):
    request = urllib.request.Request(os.environ["DESK"] + path, json.dumps(body).encode())
    return json.load(urllib.request.urlopen(request, timeout=60))


def log_in(url):
    return desk("/log-in", {"url": url, "customer": "guest-701", "number": "+32468710701"})["url"]


def get(session, url):
    answer = session.get(url, timeout=10)
    answer.raise_for_status()
    return answer.json()


def flow(session, metadata, client_id):
    verifier = "v" * 64
    url, state = session.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier, nonce="n-1")
    token = session.fetch_token(metadata["token_endpoint"], authorization_response=log_in(url), code_verifier=verifier, state=state)
    keys = KeySet.import_key_set(get(session, metadata["jwks_uri"]))
    claims = jwt.decode(token["id_token"], keys, algorithms=["ES256"]).claims
    jwt.JWTClaimsRegistry(exp={"essential": True}).validate(claims)
    assert claims["iss"] == metadata["issuer"] and claims["aud"] == client_id and claims["nonce"] == "n-1", claims
    info = get(session, metadata["userinfo_endpoint"])
    assert info["sub"] == claims["sub"] and info["given_name"], info
    return claims


def with_secret(metadata):
    made = desk("/register", {})
    session = OAuth2Session(made["id"], made["secret"], scope="openid profile", redirect_uri=REDIRECT, code_challenge_method="S256")
    return flow(session, metadata, made["id"])


def with_key(metadata):
    key = ECKey.generate_key("P-256", {"kid": "a-1", "use": "sig"})
    made = desk("/register", {"key": key.as_dict(private=False)})
    session = OAuth2Session(
        made["id"], key, scope="openid profile", redirect_uri=REDIRECT, code_challenge_method="S256", token_endpoint_auth_method="private_key_jwt"
    )
    session.register_client_auth_method(PrivateKeyJWT(metadata["token_endpoint"], alg="ES256", headers={"kid": "a-1"}))
    return flow(session, metadata, made["id"])


def main():
    with urllib.request.urlopen(WORLD["issuer"] + "/.well-known/openid-configuration", timeout=10) as answer:
        metadata = json.load(answer)
    first = with_secret(metadata)
    second = with_key(metadata)
    assert first["sub"] and second["sub"]
    print("authlib: two logins")
    return 0


if __name__ == "__main__":
    sys.exit(main())
