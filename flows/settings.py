"""The settings of a workspace: ``po-intake.toml``, over it the environment (``PO_INTAKE_...``) and a secrets folder.

Every setting is explained in its ``description``: ``po-intake init`` writes the file from these and docs/SETTINGS.md is
checked against them.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from pipeline.errors import ConfigError

FILE_NAME = "po-intake.toml"
SIGN_ON_SECRET = "PO_INTAKE_SIGN_ON_SECRET"  # noqa: S105 - the name of a variable
SECRETS = ("password", "client_secret", "refresh_token")


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Mailbox(Section):
    """One mailbox to poll."""

    account: str = Field("orders", description="name of this mailbox in our records; do not change it later")
    kind: Literal["folder", "imap"] = Field("folder", description='"folder": .eml files or a Maildir; "imap": a server')
    path: Path = Field(Path("mails"), description="folder of .eml files or Maildir (kind folder)")
    host: str = Field("", description="IMAP server (kind imap)")
    port: int = Field(993, ge=1, le=65535, description="993 for tls, 143 for starttls")
    security: Literal["tls", "starttls", "plain"] = Field("tls", description='"plain" only works with a loopback host')
    ca_file: Path | None = Field(None, description="CA certificate of a server that signs its own")
    user: str = Field("", description="IMAP user name")
    password: SecretStr = Field(
        SecretStr(""),
        description="never in this file: environment PO_INTAKE_PASSWORD_<ACCOUNT> or secrets/password_<account>",
    )
    token_url: str = Field(
        "", description="OAuth 2 instead of a password (Google, Microsoft 365): the provider's token endpoint"
    )
    authorize_url: str = Field("", description="OAuth 2: the page for `po-intake mailbox sign-in`")
    client_id: str = Field("", description="OAuth 2: what the provider calls this program")
    scope: str = Field("", description="OAuth 2: what is asked for, parted by blanks")
    client_secret: SecretStr = Field(
        SecretStr(""),
        description="never in this file: PO_INTAKE_CLIENT_SECRET_<ACCOUNT> or secrets/client_secret_<account>",
    )
    refresh_token: SecretStr = Field(
        SecretStr(""),
        description="never in this file: `po-intake mailbox sign-in` writes secrets/refresh_token_<account>",
    )
    token_file: Path | None = Field(
        None, description="OAuth 2: where the tokens in force are kept; none: secrets/tokens_<account>.json"
    )
    folders: tuple[str, ...] = Field(("INBOX",), description="IMAP folders to watch")
    after: Literal["keep", "flag", "move"] = Field("keep", description="what happens to a mail when it is safe with us")
    move_to: str = Field("Processed", description='IMAP folder for after = "move"')
    max_megabytes: int = Field(100, ge=1, description="a larger mail is not fetched; it becomes a visible case")


class Intake(Section):
    """How documents are read."""

    languages: tuple[str, ...] = Field(
        ("en", "de", "fr", "es", "pt", "it", "nl", "pl"), description="languages documents come in, likeliest first"
    )
    workers: int = Field(1, ge=1, le=64, description="processes that read documents; one a core is best")
    seconds_per_document: float = Field(120.0, gt=0, description="a document that takes longer is stopped and reviewed")
    megabytes_per_document: int = Field(2048, ge=256, description="memory a reading process may use")
    max_pages: int = Field(500, ge=1, description="pages read of one document; more are reported and reviewed")
    ocr_cache: Path | None = Field(Path("data/ocr-cache"), description="recognised pages, by content; none: no cache")
    own_mail_server: str = Field(
        "", description="the authserv-id of our own mail server; only its Authentication-Results are believed"
    )


class ErpExports(Section):
    """Where the ERP exports lie."""

    folder: Path = Field(Path("erp"), description="folder with items.csv, customers.csv, price_list.csv ...")
    columns: dict[str, dict[str, str]] = Field(
        default_factory=dict, description='our column = your column, per file: [erp.columns.items] sku = "ItemNo"'
    )


class Learning(Section):
    """What people's choices teach."""

    confirmations: int = Field(
        3, ge=1, description="orders in which people chose the same before it counts without a person"
    )


class Output(Section):
    """Where approved orders go."""

    folder: Path = Field(Path("orders-out"), description="CSV and JSON files for the ERP, one pair an order")


class Schedule(Section):
    """How often `serve` works."""

    poll_seconds: float = Field(60.0, gt=0, description="between two polls of the mailboxes")
    export_seconds: float = Field(60.0, gt=0, description="between two exports of approved orders")
    report_seconds: float = Field(
        3600.0, gt=0, description="between two looks for alerts, audits to be drawn and a week that is over"
    )
    sync_erp_seconds: float = Field(900.0, gt=0, description="between two looks at the ERP exports")
    server_port: int = Field(4200, ge=1, le=65535, description="loopback port of the Prefect server that serve starts")


class Review(Section):
    """The review page."""

    public_url: str = Field(
        "",
        description='"https://orders.example.com": the address people use when a TLS proxy stands before the page; '
        "none: this machine only",
    )
    idle_minutes: int = Field(30, ge=1, description="a session without a click ends after this")
    session_hours: int = Field(12, ge=1, le=72, description="a session ends after this, busy or not")
    in_serve: bool = Field(True, description="`serve` shows the page too; false: only `po-intake review` does")
    host: str = Field(
        "127.0.0.1", description="where `serve` shows the page; another than this machine needs public_url"
    )
    port: int = Field(8765, ge=1, le=65535, description="the port `serve` shows the page at")
    pictures_megabytes: int = Field(2000, ge=10, description="room for pictures of pages; the oldest are drawn anew")


class SignOn(Section):
    """Signing in at the review page by an identity provider (OpenID Connect); none: by passwords alone."""

    issuer: str = Field("", description='"https://login.example.com/realms/acme": the provider; none: passwords alone')
    client_id: str = Field("", description="the name of this program at the provider")
    client_secret: SecretStr = Field(
        SecretStr(""),
        description="never in this file: environment PO_INTAKE_SIGN_ON_SECRET or secrets/sign_on_secret",
    )
    scope: str = Field("openid profile email", description="what the provider is asked for; openid must be among it")
    label: str = Field("Sign in with your organisation", description="what the link on the sign-in page says")
    name_claim: str = Field("preferred_username", description="the claim that names the person")
    role_claim: str = Field("roles", description='the claim with the roles; "realm_access.roles" looks inside')
    roles: dict[str, str] = Field(
        default_factory=dict, description='their word = our role: [sign_on.roles] "PO Clerks" = "reviewer"'
    )
    groups_claim: str = Field("", description="the claim that says whose customers somebody sees; none: all customers")
    groups: dict[str, str] = Field(
        default_factory=dict,
        description='their word = our group: [sign_on.groups] "Sales North" = "north"',
    )


class Reports(Section):
    """What reports reckon with."""

    folder: Path = Field(Path("reports"), description="the weekly report goes here, a folder a week")
    minutes_per_order: float = Field(2.0, ge=0, description="keying an order by hand, without its lines; measure it")
    minutes_per_line: float = Field(0.75, ge=0, description="keying one line by hand")
    minutes_per_review: float = Field(1.5, ge=0, description="reviewing one held order")
    hourly_cost: float = Field(40.0, ge=0, description="what an hour of a clerk costs")
    cost_currency: str = Field("EUR", description="the currency of hourly_cost")
    backlog_hours: float = Field(24.0, gt=0, description="a case that waits longer is an alert")
    audit_rate: float = Field(0.02, ge=0, le=1, description="share of the untouched orders that is audited blind")
    audit_channels: dict[str, float] = Field(
        default_factory=dict, description="another share for a channel: [reports.audit_channels] scan = 0.05"
    )
    audit_customers: dict[str, float] = Field(
        default_factory=dict, description="another share for a customer: [reports.audit_customers] C1001 = 0.2"
    )
    audit_seed: str = Field("po-intake", description="the sample hangs on it; another seed draws another sample")
    mail_to: tuple[str, ...] = Field((), description="who gets the weekly digest by e-mail; needs [smtp]")
    notify: SecretStr = Field(
        SecretStr(""),
        description="never in this file: where alerts go, Apprise URLs, in PO_INTAKE_NOTIFY or secrets/notify",
    )


class Smtp(Section):
    """The server that sends e-mail."""

    host: str = Field("", description="SMTP server; none: nothing is sent")
    port: int = Field(587, ge=1, le=65535, description="587 for starttls, 465 for tls")
    security: Literal["tls", "starttls", "plain"] = Field(
        "starttls", description='"plain" only works with a loopback host'
    )
    ca_file: Path | None = Field(None, description="CA certificate of a server that signs its own")
    user: str = Field("", description="SMTP user name; none: without signing in")
    password: SecretStr = Field(
        SecretStr(""), description="never in this file: environment PO_INTAKE_PASSWORD_SMTP or secrets/password_smtp"
    )
    sender: str = Field("", description="the From address of what is sent")


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="PO_INTAKE_", env_nested_delimiter="__", extra="forbid", frozen=True)

    database: str = Field("sqlite:///data/po-intake.db", description="sqlite:///FILE or postgresql+psycopg://...")
    data: Path = Field(
        Path("data"), description="originals, snapshots of the ERP exports, the index of the items, Prefect's own files"
    )
    policies: Path | None = Field(None, description="folder of your policy files (TOML); none: the built-in defaults")
    mailboxes: tuple[Mailbox, ...] = Field((Mailbox(),), description="mailboxes to poll")
    intake: Intake = Field(default_factory=lambda: Intake())
    erp: ErpExports = Field(default_factory=lambda: ErpExports())
    learning: Learning = Field(default_factory=lambda: Learning())
    output: Output = Field(default_factory=lambda: Output())
    schedule: Schedule = Field(default_factory=lambda: Schedule())
    review: Review = Field(default_factory=lambda: Review())
    sign_on: SignOn = Field(default_factory=lambda: SignOn())
    reports: Reports = Field(default_factory=lambda: Reports())
    smtp: Smtp = Field(default_factory=lambda: Smtp())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment beats the file: the file's values come as init arguments."""
        return env_settings, init_settings


def load_settings(workspace: Path) -> Settings:
    """The settings of a workspace; paths in them come back absolute, relative ones seen from the workspace.

    Raises ``ConfigError`` with every finding at once: file, key, what is wrong.
    """
    path = workspace / FILE_NAME
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: not found; `po-intake init {workspace}` makes a new workspace") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    findings = _secrets_in_file(path, values)
    try:
        settings = Settings(**values)
    except ValidationError as error:
        findings += [f"{path}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
    if findings:
        raise ConfigError(f"{path}: {len(findings)} setting(s) cannot be used", tuple(findings))
    return _absolute(settings, workspace)


def _secrets_in_file(path: Path, values: dict[str, Any]) -> list[str]:
    boxes = values.get("mailboxes", [])
    findings = [
        f"{path}: mailboxes.{i}.{name}: a secret in the file; put it into the environment or the secrets folder"
        for i, box in enumerate(boxes if isinstance(boxes, list) else [])
        for name in SECRETS
        if isinstance(box, dict) and box.get(name)
    ]
    for section, name in (("sign_on", "client_secret"), ("smtp", "password"), ("reports", "notify")):
        found = values.get(section, {})
        if isinstance(found, dict) and found.get(name):
            findings.append(f"{path}: {section}.{name}: a secret in the file; see docs/SETTINGS.md where it belongs")
    return findings


def _absolute(settings: Settings, workspace: Path) -> Settings:
    def at(path: Path | None) -> Path | None:
        return None if path is None else (workspace / path).resolve()

    boxes = tuple(
        box.model_copy(
            update={
                "path": at(box.path),
                "ca_file": at(box.ca_file),
                "token_file": at(box.token_file or Path("secrets") / f"tokens_{box.account}.json"),
                **_secrets(box, workspace),
            }
        )
        for box in settings.mailboxes
    )
    return settings.model_copy(
        update={
            "database": _absolute_database(settings.database, workspace),
            "data": at(settings.data),
            "policies": at(settings.policies),
            "mailboxes": boxes,
            "sign_on": settings.sign_on.model_copy(
                update=_secret(workspace, "client_secret", SIGN_ON_SECRET, "sign_on_secret")
            ),
            "intake": settings.intake.model_copy(update={"ocr_cache": at(settings.intake.ocr_cache)}),
            "erp": settings.erp.model_copy(update={"folder": at(settings.erp.folder)}),
            "output": settings.output.model_copy(update={"folder": at(settings.output.folder)}),
            "reports": settings.reports.model_copy(
                update={
                    "folder": at(settings.reports.folder),
                    **_secret(workspace, "notify", "PO_INTAKE_NOTIFY", "notify"),
                }
            ),
            "smtp": settings.smtp.model_copy(
                update={
                    "ca_file": at(settings.smtp.ca_file),
                    **_secret(workspace, "password", "PO_INTAKE_PASSWORD_SMTP", "password_smtp"),
                }
            ),
        }
    )


def secret_file(workspace: Path, name: str, account: str) -> Path:
    return workspace / "secrets" / f"{name}_{account}"


def _secrets(box: Mailbox, workspace: Path) -> dict[str, SecretStr]:
    """From the environment, else from the secrets folder."""
    found = {}
    for name in SECRETS:
        value = os.environ.get(f"PO_INTAKE_{name.upper()}_{box.account.upper().replace('-', '_')}")
        file = secret_file(workspace, name, box.account)
        if value is None and file.is_file():
            value = file.read_text(encoding="utf-8").strip()
        if value is not None:
            found[name] = SecretStr(value)
    return found


def _secret(workspace: Path, field: str, variable: str, name: str) -> dict[str, SecretStr]:
    """From the environment, else from the secrets folder."""
    value, file = os.environ.get(variable), workspace / "secrets" / name
    if value is None and file.is_file():
        value = file.read_text(encoding="utf-8").strip()
    return {} if value is None else {field: SecretStr(value)}


def _absolute_database(url: str, workspace: Path) -> str:
    prefix = "sqlite:///"
    if not url.startswith(prefix) or url.startswith(prefix + "/"):
        return url
    return prefix + str((workspace / url.removeprefix(prefix)).resolve())
