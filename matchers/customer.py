"""Which customer ordered: evidence from mail and document, and exactly one must stand."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz, process

from matchers.addresses import filed, fit, postcode_runs
from matchers.names import bare_name, domain_of, folded_name, party_words, site_owner, tax_key
from matchers.signature import signature
from pipeline.aliases import NOTHING_SAID, Said, in_words
from pipeline.interfaces import Erp
from pipeline.model import Candidate, Customer, MailContext, Order, Party, PartyMatch, ShipTo

NAME_ALIKE = 88.0  # rapidfuzz ratio of bare names: two or three misread characters in a company name
SAME_WORD = 75.0  # of two words of a name: one misread letter in a short word
SAME_COMPANY = 70.0  # below, a printed name is another company's than the one a domain or number belongs to


Seen = Callable[[str], frozenset[str]]


def nobody_seen(_sender: str) -> frozenset[str]:
    return frozenset()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one fact says: ``customers`` are all it may mean; ``strong`` evidence must be agreed with.

    ``kind``: "domain", "tax", "name" or "address" of the buyer, "past", "signature", "letterhead"; "other" for the
    rest.
    """

    words: str
    customers: frozenset[str]
    strong: bool = True
    kind: str = "other"


class CustomerIndex:
    """The customers of one ERP snapshot by domain, tax number, name and address."""

    def __init__(self, erp: Erp) -> None:
        self._erp = erp
        self.customers = erp.customers()

    @cached_property
    def ids(self) -> frozenset[str]:
        return frozenset(c.customer_id for c in self.customers)

    @cached_property
    def by_domain(self) -> Mapping[str, frozenset[str]]:
        return _grouped((domain, c.customer_id) for c in self.customers for domain in c.email_domains)

    @cached_property
    def _by_tax(self) -> Mapping[str, list[tuple[str | None, str]]]:
        found: dict[str, list[tuple[str | None, str]]] = defaultdict(list)
        for customer in self.customers:
            if customer.tax_id:
                country, number = tax_key(customer.tax_id, customer.country)
                found[number].append((country, customer.customer_id))
        return found

    def taxed(self, tax_id: str) -> frozenset[str]:
        """Customers with this tax number; the countries must agree where both are known."""
        country, number = tax_key(tax_id)
        filed_under = self._by_tax.get(number, ())
        return frozenset(customer for other, customer in filed_under if None in (other, country) or other == country)

    @cached_property
    def by_full_name(self) -> Mapping[str, frozenset[str]]:
        return _grouped((folded_name(c.name), c.customer_id) for c in self.customers)

    @cached_property
    def by_bare_name(self) -> Mapping[str, frozenset[str]]:
        return _grouped((bare_name(c.name), c.customer_id) for c in self.customers)

    @cached_property
    def _by_postcode(self) -> Mapping[str, list[tuple[str, Customer | ShipTo]]]:
        found: dict[str, list[tuple[str, Customer | ShipTo]]] = defaultdict(list)
        for customer in self.customers:
            places: list[Customer | ShipTo] = [customer, *self._erp.ship_tos(customer.customer_id)]
            for place in places:
                code = filed(place.street or "", place.city_zip or "").postcode
                if code:
                    found[code].append((customer.customer_id, place))
        return found

    def at_address(self, address: str) -> frozenset[str]:
        """Customers with this very address, their own or a ship-to."""
        places = (place for run in postcode_runs(address) for place in self._by_postcode.get(run, ()))
        return frozenset(
            customer for customer, place in places if fit(address, filed(place.street or "", place.city_zip or "")).same
        )

    def named(self, name: str) -> frozenset[str]:
        """Customers of this very name; the legal form decides where several have the name."""
        return self.by_full_name.get(folded_name(name)) or self.by_bare_name.get(bare_name(name)) or frozenset()

    def alike(self, name: str) -> dict[str, float]:
        """Customers of a similar name with the likeness, 0 to 100."""
        names = list(self.by_bare_name)
        hits = process.extract(bare_name(name), names, scorer=fuzz.ratio, score_cutoff=SAME_COMPANY, limit=5)
        return {customer: score for key, score, _ in hits for customer in self.by_bare_name[key]}

    @cached_property
    def own(self) -> OwnIdentity:
        companies = self._erp.companies()
        return OwnIdentity(
            frozenset(bare_name(c.name) for c in companies),
            frozenset(tax_key(c.tax_id)[1] for c in companies if c.tax_id),
            frozenset(d for c in companies if (d := domain_of(c.email))),
        )


@dataclass(frozen=True, slots=True)
class OwnIdentity:
    """Names, tax numbers and mail domains that are ours: never evidence for a customer."""

    names: frozenset[str]
    taxes: frozenset[str]
    domains: frozenset[str]


def match_customer(
    order: Order,
    mail: MailContext | None,
    index: CustomerIndex,
    seen: Seen = nobody_seen,
    letterhead: Said = NOTHING_SAID,
) -> PartyMatch:
    """The customer that all strong evidence agrees on; else none, with who it might be and what conflicts.

    ``seen`` tells whose orders came from an address before, ``letterhead`` what people said of the buyer as printed.
    """
    collected = (*_collect(order, mail, index, seen), *_from_letterhead(letterhead, index))
    evidence = [e for e in collected if e.customers]
    strong = [e for e in evidence if e.strong]
    printed = _printed_name(order, index)
    if not strong:
        return _nobody(printed, evidence, index)
    common = frozenset.intersection(*(e.customers for e in strong))
    if len(common) != 1:
        return _undecided(strong, common, index)
    key = next(iter(common))
    certain = any(e.kind in ("tax", "address") for e in strong)
    known = any(e.kind == "letterhead" for e in strong)  # people saw that the name is another
    against = None if known else _another_company(printed, key, index, certain=certain)
    if against is not None:
        return PartyMatch(None, against, _candidates([*strong, *_similar(printed, index)], index), (against,))
    if len(strong) == 1 and (doubt := _too_little(strong[0], order, index, key)):
        return PartyMatch(None, doubt, _candidates(strong, index), (doubt,))
    return PartyMatch(key, "; ".join(e.words for e in strong), _candidates(strong, index))


def _collect(order: Order, mail: MailContext | None, index: CustomerIndex, seen: Seen) -> Iterable[Evidence]:
    yield from _from_domains(order, mail, index)
    yield from _from_past(order, mail, index, seen)
    if mail is not None:
        yield from _from_signature(mail, index)
    for party in (order.buyer, order.bill_to):
        if party.tax_id and tax_key(party.tax_id)[1] not in index.own.taxes:
            yield Evidence(f"the tax number {party.tax_id}", index.taxed(party.tax_id), kind="tax")
    for party, role in ((order.buyer, "buyer"), (order.bill_to, "bill-to"), (order.ship_to, "ship-to")):
        if party.name and bare_name(party.name) not in index.own.names:
            name = party.name if role != "ship-to" else site_owner(party.name)
            found = index.named(name) or index.named(party.name)
            yield Evidence(f"the {role} name {name}", found, role != "bill-to", "name")
        if party.address and not _is_own(party, index):
            kind = "address" if role == "buyer" else "other"
            yield Evidence(
                f"the {role} address {party.address}", index.at_address(party.address), role != "bill-to", kind
            )


def _from_domains(order: Order, mail: MailContext | None, index: CustomerIndex) -> Iterable[Evidence]:
    addresses = (
        [(mail.sender, "the sender"), *((a, "the forwarded sender") for a in mail.forwarded_senders)] if mail else []
    )
    for address, role in (*addresses, (order.buyer.email, "the printed mail address")):
        domain = domain_of(address)
        if domain is None or domain in party_words().free_mail or domain in index.own.domains:
            continue
        yield Evidence(f"{role} {address}", _of_domain(domain, index), kind="domain")


def _from_past(order: Order, mail: MailContext | None, index: CustomerIndex, seen: Seen) -> Iterable[Evidence]:
    """Whose orders came before from the sender, or from the address the buyer prints. Asked only where the domain
    tells nothing: who writes from the customer's own may order for a sister company for the first time."""
    for address in dict.fromkeys((mail.sender if mail is not None else None, order.buyer.email)):
        domain = domain_of(address)
        if address is None or domain is None or domain in index.own.domains or _of_domain(domain, index):
            continue
        earlier = seen(address.casefold()) & index.ids  # some may have left since
        yield Evidence(f"earlier orders from {address}", earlier, kind="past")


def _from_letterhead(letterhead: Said, index: CustomerIndex) -> Iterable[Evidence]:
    for row in letterhead.rows:
        words = f"the letterhead, known as {in_words(row)}"
        yield Evidence(words, frozenset({row.alias.target}) & index.ids, letterhead.trusted is not None, "letterhead")


def _from_signature(mail: MailContext, index: CustomerIndex) -> Iterable[Evidence]:
    """A line of the sender's signature that is a customer's name, or holds its tax number."""
    for line in signature(mail.text):
        for part in re.split(r"\s+[|·•]\s+|,\s|\s+[-–—]\s+", line):
            if part and bare_name(part) not in index.own.names:
                yield Evidence(f"the signature's {part}", index.named(part), kind="signature")
        number = tax_key(line.rpartition(":")[2])[1]
        if number and number not in index.own.taxes:
            yield Evidence(f"the signature's tax number {line}", index.taxed(line.rpartition(":")[2]), kind="signature")


def _of_domain(domain: str, index: CustomerIndex) -> frozenset[str]:
    """Also for a sub-domain of one on file."""
    parts = domain.split(".")
    for at in range(len(parts) - 1):
        if found := index.by_domain.get(".".join(parts[at:])):
            return found
    return frozenset()


def _is_own(party: Party, index: CustomerIndex) -> bool:
    return party.name is not None and bare_name(party.name) in index.own.names


def _printed_name(order: Order, index: CustomerIndex) -> str | None:
    """The company the document says orders; never ourselves."""
    name = order.buyer.name
    return name if name and bare_name(name) not in index.own.names else None


def _another_company(printed: str | None, key: str, index: CustomerIndex, *, certain: bool) -> str | None:
    """In words, that the printed name is another company's than the customer all else points to.

    Where neither tax number nor address proves the customer, a word more in the name is a sister company's: "Acme
    South" may write from acme.com and is not "Acme".
    """
    if printed is None:
        return None
    customer = next(c for c in index.customers if c.customer_id == key)
    likeness = max(
        fuzz.ratio(bare_name(printed), bare_name(customer.name)),
        fuzz.ratio(folded_name(printed), folded_name(customer.name)),
    )
    on_file = folded_name(customer.name).split()
    words = [word for word in bare_name(printed).split() if len(word) > 2]
    more = [word for word in words if max(fuzz.ratio(word, other) for other in on_file) < SAME_WORD]
    if likeness >= SAME_COMPANY and (certain or not more):
        return None
    return f"the document names {printed}, the evidence points to {customer.name}"


def _too_little(evidence: Evidence, order: Order, index: CustomerIndex, key: str) -> str | None:
    """A name alone is not enough when an address is printed that is not that customer's."""
    address = order.buyer.address
    if evidence.kind == "signature":
        return f"only the mail's signature names {', '.join(sorted(evidence.customers))}, and anybody can write one"
    if evidence.kind != "name" or not address or index.at_address(address) or _is_own(order.buyer, index):
        return None
    customer = next(c for c in index.customers if c.customer_id == key)
    return f"the document names {customer.name} ({key}), but its address {address} is not on file"


def _undecided(strong: list[Evidence], common: frozenset[str], index: CustomerIndex) -> PartyMatch:
    candidates = _candidates(strong, index)
    if common:
        names = ", ".join(sorted(common))
        return PartyMatch(None, f"several customers fit alike: {names}", candidates)
    conflicts = tuple(f"{e.words} is {', '.join(sorted(e.customers))}" for e in strong)
    return PartyMatch(None, f"the evidence contradicts itself: {'; '.join(conflicts)}", candidates, conflicts)


def _nobody(printed: str | None, weak: list[Evidence], index: CustomerIndex) -> PartyMatch:
    who = printed or "the buyer"
    similar = _similar(printed, index)
    return PartyMatch(
        None,
        f"{who} is not on file: no domain, tax number, name or address agrees",
        _candidates([*weak, *similar], index),
    )


def _similar(printed: str | None, index: CustomerIndex) -> list[Evidence]:
    if printed is None:
        return []
    likes = index.alike(printed)
    return [Evidence(f"a name like {printed} ({score:.0f} %)", frozenset([c]), False) for c, score in likes.items()]


def _candidates(evidence: Iterable[Evidence], index: CustomerIndex) -> tuple[Candidate, ...]:
    reasons: dict[str, list[str]] = defaultdict(list)
    for fact in evidence:
        for customer in sorted(fact.customers):
            reasons[customer].append(fact.words)
    names = {c.customer_id: c.name for c in index.customers if c.customer_id in reasons}
    total = max((len(words) for words in reasons.values()), default=1)
    ranked = sorted(reasons, key=lambda c: (-len(reasons[c]), c))[:5]
    return tuple(Candidate(c, names[c], round(len(reasons[c]) / total, 3), "; ".join(reasons[c])) for c in ranked)


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for key, customer in pairs:
        if key:
            found[key].add(customer)
    return {key: frozenset(customers) for key, customers in found.items()}
