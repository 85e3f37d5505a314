"""The official Python SDK against the emulated API: every operation that it has for the organization.

Usage: CLOUDFLARE_BASE_URL=... CLOUDFLARE_API_TOKEN=... python sdk.py ACCOUNT_ID
"""

import sys

import cloudflare
from cloudflare import Cloudflare

account = sys.argv[1]
client = Cloudflare(max_retries=0)
organizations = client.zero_trust.organizations

organization = organizations.list(account_id=account)
assert organization.auth_domain == "widget.cloudflareaccess.com", organization
assert organization.session_duration == "12h", organization
assert organization.login_design.background_color == "#f4f1ea", organization

updated = organizations.update(
    account_id=account,
    auth_domain=organization.auth_domain,
    name=organization.name,
    session_duration="8h",
    is_ui_read_only=True,
    login_design={"background_color": "#102030", "header_text": "Hello"},
)
assert (updated.session_duration, updated.is_ui_read_only) == ("8h", True), updated
assert organizations.list(account_id=account).login_design.header_text == "Hello"

doh = organizations.doh.get(account_id=account)
assert doh.doh_jwt_duration == "24h", doh
assert organizations.doh.update(account_id=account, doh_jwt_duration="48h").doh_jwt_duration == "48h"

assert organizations.revoke_users(account_id=account, email="ada@widget.example", query_devices=True) is True


def refusal(operation, **arguments):
    try:
        operation(account_id=account, **arguments)
    except cloudflare.APIStatusError as error:
        return error.status_code, error.errors[0].code
    raise AssertionError("the request was not refused")


assert refusal(organizations.create, auth_domain="x.cloudflareaccess.com", name="X") == (409, 12130)
assert refusal(organizations.update, name="X") == (400, 11004)
assert refusal(organizations.update, auth_domain=organization.auth_domain, is_ui_read_only={}) == (400, 12062)
print(f"cloudflare {cloudflare.__version__} for Python: passed")
