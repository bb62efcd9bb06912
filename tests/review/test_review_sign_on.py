"""Signing in by an identity provider: a real one on loopback, honest and lying."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import OctKey, RSAKey

from flows.doctor import examine
from flows.settings import Settings
from flows.settings import SignOn as SignOnSettings
from flows.sign_on import SignOn, identity_of, sign_on_of
from pipeline.errors import ConfigError, UsageError
from review.app import create_app
from review.desk import Desk
from review.guard import new_token
from store import Role
from tests.review.conftest import AT, Browser
from tests.review.openid_provider import Provider, providing


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providing() as one:
        yield one


def settings_for(provider: Provider, **more: Any) -> SignOnSettings:
    said = {"issuer": provider.issuer, "client_id": provider.client_id, "client_secret": provider.secret}
    roles = {"PO Clerks": "reviewer", "PO Leads": "approver"}
    return SignOnSettings.model_validate(said | {"roles": roles} | more)


def sign_on(said: SignOnSettings) -> SignOn:
    made = sign_on_of(Settings(sign_on=said))
    assert made is not None
    return made


@pytest.fixture
def page(desk: Desk, provider: Provider) -> Callable[..., Browser]:
    def opened(**more: Any) -> Browser:
        return Browser(create_app(replace(desk, sign_on=sign_on(settings_for(provider, **more)))))

    return opened


def back_of(browser: Browser, provider: Provider, to: str = "/queue") -> str:
    away = browser.http.get(f"/sign-in/provider?to={to}")
    assert away.status_code == 303
    return provider.authorize(away.headers["location"]).removeprefix(AT)


def test_in_by_the_provider_with_role_and_groups(page: Callable[..., Browser], provider: Provider, desk: Desk) -> None:
    desk.store.office.set_group("north", ("C2",), "root")
    browser = page(groups_claim="department", groups={"Sales North": "north"})
    provider.claims = {"department": ["Sales North", "Canteen"]}
    assert "Sign in with your organisation" in browser.http.get("/sign-in").text
    before = browser.http.cookies.get("po_intake")
    arrived = browser.http.get(back_of(browser, provider, "/causes"))
    assert arrived.status_code == 303 and arrived.headers["location"] == "/causes"
    assert browser.http.cookies.get("po_intake") not in (None, before), "the session is new"
    session = browser.http.get("/api/session").json()
    assert (session["user"], session["role"]) == ("olga.petrova", "reviewer")
    page_shown = browser.http.get("/queue").text
    assert "PO-7003" in page_shown and "PO-7005" not in page_shown, "Nordwind is of the north"
    provider.claims = {"department": "Canteen", "roles": "PO Leads"}
    browser.http.get(back_of(browser, provider))
    assert browser.http.get("/api/session").json()["role"] == "approver", "the provider's word at each sign-in"
    assert "0 open cases" in browser.http.get("/queue").text, "no group of ours is no customer, not all of them"
    assert "kept by your organisation" in browser.http.get("/account").text
    assert Browser(browser.http.app).sign_in("olga.petrova", "").status_code == 401, "no password is right"


@pytest.mark.parametrize(
    "lie",
    [
        {"aud": "another"}, {"iss": "https://evil.example"}, {"nonce": "0" * 64}, {"nonce": None}, {"exp": 1},
        {"exp": None}, {"sub": None}, {"azp": "another"}, {"roles": ["Everybody"]}, {"roles": None},
        {"preferred_username": None}, {"preferred_username": "rita"}, {"nbf": 4_000_000_000},
    ],
    ids=str,
)  # fmt: skip
def test_an_id_token_that_is_not_right_lets_nobody_in(
    page: Callable[..., Browser], provider: Provider, lie: dict[str, Any]
) -> None:
    browser, provider.claims = page(), lie
    answer = browser.http.get(back_of(browser, provider))
    assert answer.status_code == 401
    assert browser.http.get("/queue").status_code == 303


def test_other_keys_and_shared_secrets_sign_nothing(page: Callable[..., Browser], provider: Provider) -> None:
    browser = page()
    for algorithm, key in (
        ("RS256", RSAKey.generate_key(2048, {"kid": "one"})),
        ("HS256", OctKey.import_key(provider.secret * 4)),
    ):
        provider.algorithm, provider.signing = algorithm, key
        assert browser.http.get(back_of(browser, provider)).status_code == 401, algorithm


def test_an_answer_counts_once_and_in_its_own_browser(page: Callable[..., Browser], provider: Provider) -> None:
    browser = page()
    back = back_of(browser, provider)
    stranger = Browser(browser.http.app)
    assert stranger.http.get(back).status_code == 401, "nobody is signed in by a link from somebody else"
    query = {key: values[0] for key, values in parse_qs(urlsplit(back).query).items()}
    for wrong in ({"state": "x"}, {"state": query["state"].replace("/queue", "/admin")[1:]}, {"iss": "https://evil"}):
        answer = browser.http.get("/sign-in/provider/back", params=query | wrong)
        assert answer.status_code == 401, wrong
    again = back_of(browser, provider)
    assert browser.http.get(again).status_code == 303
    assert browser.http.get(again).status_code == 401, "a code is good once, and the cookie is gone"
    refused = browser.http.get("/sign-in/provider/back?error=access_denied")
    assert refused.status_code == 401
    led = browser.http.get(back_of(browser, provider, "https://evil.example"))
    assert led.headers["location"] == "/queue", "nobody is led away"


def test_a_provider_that_does_not_answer_is_told(page: Callable[..., Browser], provider: Provider) -> None:
    browser, provider.down = page(), True
    assert browser.http.get("/sign-in/provider").status_code == 503
    provider.down = False
    assert browser.http.get("/sign-in/provider").status_code == 303, "and asked again"


def test_without_a_provider_there_is_no_such_way(desk: Desk) -> None:
    browser = Browser(create_app(desk))
    assert browser.http.get("/sign-in/provider").status_code == 404
    assert browser.http.get("/sign-in/provider/back?code=1&state=2").status_code == 404
    assert "organisation" not in browser.http.get("/sign-in").text


def test_settings_that_cannot_work_are_told_at_the_start(provider: Provider) -> None:
    for wrong in ({"issuer": "http://login.example.com"}, {"client_id": ""}, {"roles": {}}, {"roles": {"a": "king"}}):
        with pytest.raises(ConfigError, match="sign_on"):
            sign_on(settings_for(provider, **wrong))
    assert sign_on_of(Settings()) is None
    lying = sign_on(settings_for(provider, issuer=provider.issuer + "/"))
    with pytest.raises(ConfigError, match="calls itself"):
        lying.address("http://127.0.0.1/back", new_token(), "/queue")


def test_the_strongest_role_counts_and_a_claim_may_lie_deep(provider: Provider) -> None:
    said = settings_for(provider, role_claim="realm_access.roles")
    claims = {
        "iss": "i",
        "sub": "s",
        "preferred_username": "Élise Ünal",
        "realm_access": {"roles": ["PO Clerks", "PO Leads"]},
    }
    found = identity_of(claims, said)
    assert (found.role, found.name, found.subject, found.groups) == (Role.APPROVER, "elise-unal", "i|s", None)
    with pytest.raises(UsageError, match="none of its roles"):
        identity_of({**claims, "realm_access": "PO Leads"}, said)


def test_the_doctor_names_settings_that_cannot_work(template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PO_INTAKE_SIGN_ON__ISSUER", "http://login.example.com")
    (found,) = [one for one in examine(template) if one.subject == "sign-in"]
    assert found.level == "fail" and "sign_on.roles" in found.text
