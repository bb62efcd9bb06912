"""The command `po-intake`.

Exit codes: 0 done, 1 some input failed (named), 2 wrong usage, 3 configuration wrong, 4 an outside system was silent.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError, Parameter

from cli import (
    aliases,
    audit,
    audits,
    budget,
    documents,
    evaluate,
    layouts,
    mailbox,
    operations,
    people,
    queue,
    report,
    review,
    rules,
)
from cli.output import say, talk
from pipeline.errors import IntakeError

app = App(
    name="po-intake",
    help="Purchase orders from e-mail, checked line by line against the ERP; a person sees only what does not agree.",
    error_console=talk,
    default_parameter=Parameter(negative=()),
    result_action="return_value",
)
for part in (
    documents, evaluate, operations, queue, aliases, layouts, rules, budget, people, mailbox, review, report, audits,
    audit,
):  # fmt: skip
    part.register(app)


def run(arguments: Sequence[str]) -> int:
    """One command to its end; returns its exit code."""
    try:
        result = app(list(arguments), exit_on_error=False, print_error=True)
    except CycloptsError:
        return 2
    except IntakeError as error:
        say(f"po-intake: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        say("po-intake: stopped")
        return 130
    return result if isinstance(result, int) else 0


def main() -> None:
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
