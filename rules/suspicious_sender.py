"""Orders that somebody else may have sent in a customer's name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.model import Customer, MailContext, MatchedOrder, Mismatch
from rules.base import PolicyRule
from rules.domains import domain_of, free_mail, imitates, same_organisation
from rules.facts import mismatch
from rules.unusual import unusual_in_a_hurry

METHOD = re.compile(r"\b(dmarc|dkim|spf)\s*=\s*([a-z]+)", re.IGNORECASE)
BAD = frozenset({"fail", "softfail", "permerror", "policy"})


class SuspiciousSender(PolicyRule):
    """Held for people to release: what an impostor's mail shows and an ordinary one does not."""

    codes = ("suspicious_sender",)
    settings = ("sender.allowed_domains", "sender.require_authentication", "sender.unusual_times")

    def check(self, matched: MatchedOrder) -> Iterator[Mismatch]:
        mail = matched.mail
        if mail is None:
            return
        policy = self._policies.for_order(matched).sender
        known = genuine_domains(matched.customer_record, policy.allowed_domains)
        reasons = [
            *_imitations(mail, known),
            *_free_mail(mail, known, matched.customer_record),
            *_foreign_reply(mail, known),
            *unusual_in_a_hurry(matched, policy.unusual_times),
            *authentication_faults(mail, self._policies.own_mail_server, policy.require_authentication),
        ]
        if reasons:
            expected = ", ".join(known) or None
            yield mismatch("suspicious_sender", "", expected, mail.sender, "; ".join(reasons))


def genuine_domains(customer: Customer | None, allowed: tuple[str, ...]) -> tuple[str, ...]:
    """The domains that may send for the customer: its own and those the policy adds."""
    own = customer.email_domains if customer is not None else ()
    return tuple(dict.fromkeys(domain.strip().casefold() for domain in (*own, *allowed) if domain.strip()))


def _is_genuine(domain: str, known: tuple[str, ...]) -> bool:
    return any(domain == own or domain.endswith(f".{own}") for own in known)


def _senders(mail: MailContext) -> list[str]:
    """Domains of all who sent or forwarded the mail, and of the reply address."""
    found = (domain_of(address) for address in (mail.sender, *mail.forwarded_senders, mail.reply_to))
    return list(dict.fromkeys(domain for domain in found if domain))


def _imitations(mail: MailContext, known: tuple[str, ...]) -> Iterator[str]:
    for domain in _senders(mail):
        if _is_genuine(domain, known):
            continue
        for own in known:
            how = imitates(domain, own)
            if how is not None:
                yield f"{domain} is not the customer's {own}: {how}"
                break


def _free_mail(mail: MailContext, known: tuple[str, ...], customer: Customer | None) -> Iterator[str]:
    """A customer that has a domain of its own, and writes from a mailbox anybody can have."""
    author = domain_of((mail.sender, *mail.forwarded_senders)[-1])
    if customer is not None and known and author in free_mail() and author not in known:
        yield f"sent from a mailbox at {author} in the name of {customer.name}, who writes from {', '.join(known)}"


def _foreign_reply(mail: MailContext, known: tuple[str, ...]) -> Iterator[str]:
    """An answer that would go to another organisation than the sender's."""
    sender, reply = domain_of(mail.sender), domain_of(mail.reply_to)
    if sender is None or reply is None or same_organisation(sender, reply) or _is_genuine(reply, known):
        return
    yield f"answers would go to {reply}, though the mail comes from {sender}"


def authentication_faults(mail: MailContext, own_server: str, required: bool) -> list[str]:
    """What our own mail server found wrong (RFC 8601); results that others wrote into the mail do not count.

    Only the topmost header can be our server's own: everything below came with the mail.
    """
    if not own_server:
        return []
    top = mail.authentication_results[0] if mail.authentication_results else ""
    server = top.split(";", 1)[0].split("(", 1)[0].strip().split(" ", 1)[0]
    if server.casefold() != own_server.casefold():
        return [f"the mail carries no authentication results of {own_server}"] if required else []
    results: dict[str, set[str]] = {}
    for method, result in METHOD.findall(top):
        results.setdefault(method.casefold(), set()).add(result.casefold())
    dmarc = results.get("dmarc", set())
    if dmarc & BAD:
        return [f"{own_server} found that the sender's domain does not stand behind the mail (dmarc=fail)"]
    passed = "pass" in dmarc | results.get("dkim", set()) | results.get("spf", set())
    failed = (results.get("dkim", set()) | results.get("spf", set())) & BAD
    if failed and not passed:
        return [f"{own_server} found no proof that the sender's domain sent the mail ({', '.join(sorted(failed))})"]
    return [f"{own_server} found nothing that authenticates the mail"] if required and not passed else []
