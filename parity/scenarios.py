"""The scenarios that both tools are driven through: a drawing of the history, then what is done."""

from __future__ import annotations

from typing import Any

Scenario = dict[str, Any]


def rev(drawing: str, **extra: dict[str, Any]) -> list[dict[str, Any]]:
    """Read a drawing: ``"a; b<a; c<a; m<b,c; r@reports; s<r!m"``.

    ``x<y`` has down_revision y, ``x<y,z`` merges, ``x@label`` carries a label, ``x!y`` depends on y.

    :param extra: further values of a revision by id, such as its ``upgrade`` body.
    """
    nodes = []
    for item in drawing.split(";"):
        text, _, depends = item.strip().partition("!")
        text, _, labels = text.partition("@")
        name, _, down = text.partition("<")
        parents = [part for part in down.split(",") if part]
        node: dict[str, Any] = {"id": name, "down": parents if len(parents) > 1 else parents[0] if parents else None}
        if labels:
            node["labels"] = labels.split("+")
        if depends:
            node["depends"] = depends.split("+")
        nodes.append({**node, **extra.get(name, {})})
    return nodes


def act(line: str, **kwargs: Any) -> dict[str, Any]:
    """Read ``"upgrade head"`` into a command and its positional arguments."""
    command, *arguments = line.split()
    return {"command": command, "args": arguments, "kwargs": kwargs}


def sql(line: str, url: str = "sqlite:///x.db") -> dict[str, Any]:
    """Like :func:`act`, writing SQL for the database that *url* names."""
    return {**act(line, sql=True), "url": url}


POSTGRESQL = "postgresql+psycopg://u@localhost/x"
MYSQL = "mysql+pymysql://u@localhost/x"
LINE = "a111; b222<a111; c333<b222; d444<c333; e555<d444"
DIAMOND = "a111; b222<a111; c333<a111; d444<b222,c333; e555<d444"
FORK = "a111; b222<a111; c333<b222; d444<a111; e555<d444"
BASES = "a111@core; b222<a111; c333<b222; r111@reports; r222<r111; r333<r222"
NEEDS = "a111@core; b222<a111; c333<b222; r111@reports!b222; r222<r111; r333<r222!c333"
WIDE = "a111; b222<a111; c333<a111; d444<a111; m555<b222,c333,d444; e666<m555"
LADDER = "a111; b222<a111; c333<a111; d444<b222,c333; e555<d444; f666<d444; g777<e555,f666"

BODIES = {
    "a111": {
        "upgrade": "    op.execute(\"insert into x values ('it''s 100%')\")\n"
        '    op.create_table("t_a111", sa.Column("id", sa.Integer, primary_key=True), '
        'sa.Column("name", sa.String(50), server_default="a"))',
        "downgrade": '    op.drop_table("t_a111")',
    },
    "b222": {
        "upgrade": '    op.add_column("t_a111", sa.Column("more", sa.Text))\n'
        '    op.create_index("ix_more", "t_a111", ["name"], unique=True)',
        "downgrade": '    op.drop_index("ix_more", "t_a111")\n    op.drop_column("t_a111", "more")',
    },
    "c333": {
        "upgrade": '    op.rename_table("t_a111", "t_a112")\n'
        '    op.bulk_insert(sa.table("t_a112", sa.column("id", sa.Integer), sa.column("name", sa.String)), '
        '[{"id": 1, "name": "o\'hara 5%"}, {"id": 2, "name": "b"}])',
        "downgrade": '    op.rename_table("t_a112", "t_a111")',
    },
}


def scenario(name: str, drawing: str, *actions: dict[str, Any], **extra: dict[str, Any]) -> Scenario:
    """Put one together."""
    return {"name": name, "revisions": rev(drawing, **extra), "actions": list(actions)}


def walks() -> list[Scenario]:
    """Every history walked up and down through every identifier that makes sense in it."""
    found = []
    for name, drawing in {
        "line": LINE, "diamond": DIAMOND, "fork": FORK, "bases": BASES, "needs": NEEDS, "wide": WIDE, "ladder": LADDER
    }.items():  # fmt: skip
        ids = [node["id"] for node in rev(drawing)]
        up = [f"upgrade {target}" for target in ["head", "heads", "base", "+1", "+2", "+9", "zzz", "a1", *ids]]
        down = [f"downgrade {target}" for target in ["base", "-1", "-2", "-9", "zzz", "a1", "head", "heads", *ids]]
        stamp = [f"stamp {target}" for target in ["head", "heads", "base", "zzz", *ids]]
        for line in up:
            found.append(scenario(f"{name}: {line}", drawing, act(line), act("downgrade base")))
        for line in down:
            found.append(
                scenario(f"{name}: up, {line}", drawing, act("upgrade heads"), act(line), act("upgrade heads"))
            )
        for line in stamp:
            found.append(scenario(f"{name}: {line}", drawing, act(line), act("current")))
            found.append(scenario(f"{name}: stamp heads, {line}", drawing, act("stamp heads"), act(line)))
            found.append(scenario(f"{name}: purge, {line}", drawing, act("stamp heads"), act(line, purge=True)))
        for first in ids:
            for second in ids:
                found.append(scenario(f"{name}: {first}, {second}", drawing, act(f"upgrade {first}"),
                                      act(f"upgrade {second}"), act(f"downgrade {first}")))  # fmt: skip
    return found


def labelled() -> list[Scenario]:
    """Identifiers that name a branch."""
    found = []
    for name, drawing in {"bases": BASES, "needs": NEEDS}.items():
        for target in ["core@head", "reports@head", "reports@heads", "core@b222", "reports@base", "core@+1",
                       "reports@+2", "b222+1", "a111+2", "r333-1", "nolabel@head", "reports@b222"]:  # fmt: skip
            found.append(scenario(f"{name}: upgrade {target}", drawing, act(f"upgrade {target}")))
            found.append(scenario(f"{name}: stamp {target}", drawing, act(f"stamp {target}")))
        for target in ["core@base", "reports@base", "reports@-1", "core@-1", "reports@r111", "b222", "r222-1", "-1"]:
            found.append(scenario(f"{name}: up, downgrade {target}", drawing, act("upgrade heads"),
                                  act(f"downgrade {target}"), act("upgrade heads")))  # fmt: skip
    return found


def reading() -> list[Scenario]:
    """What the reading commands print."""
    found = []
    for name, drawing in {
        "line": LINE, "diamond": DIAMOND, "fork": FORK, "bases": BASES, "needs": NEEDS, "ladder": LADDER
    }.items():  # fmt: skip
        actions = [act("upgrade heads"), act("heads"), act("heads", resolve_dependencies=True), act("branches"),
                   act("current"), act("history"), act("history", indicate_current=True), act("history", verbose=True),
                   act("heads", verbose=True), act("branches", verbose=True), act("current", verbose=True),
                   act("show b222" if "b222" in drawing else "show heads"), act("show head"), act("show heads"),
                   act("show zzz")]  # fmt: skip
        for pair in ["a111:c333", ":b222", "b222:", "base:heads", "current:", ":current", "-2:current", "b222:+1",
                     "c333:a111", "zzz:", "a111:head"]:  # fmt: skip
            actions.append(act("history", rev_range=pair))
        found.append(scenario(f"{name}: reading", drawing, *actions))
    return found


def offline() -> list[Scenario]:
    """SQL as text, for three databases."""
    found = []
    for url in ("sqlite:///x.db", POSTGRESQL, MYSQL):
        kind = url.partition(":")[0].partition("+")[0]
        for line in ["upgrade head", "upgrade b222", "upgrade a111:c333", "upgrade base:b222", "upgrade +2",
                     "downgrade c333:a111", "downgrade e555:base", "downgrade base", "stamp head", "stamp b222:c333",
                     "stamp base", "downgrade c333:-1"]:  # fmt: skip
            found.append(scenario(f"offline {kind}: {line}", LINE, sql(line, url), **BODIES))
        for line in ["upgrade heads", "upgrade b222:heads", "downgrade e555:base", "downgrade d444:b222",
                     "stamp heads"]:  # fmt: skip
            found.append(scenario(f"offline {kind} diamond: {line}", DIAMOND, sql(line, url)))
        found.append(scenario(f"offline {kind}: ensure_version", LINE, sql("ensure_version", url)))
    return found


def all_scenarios() -> list[Scenario]:
    """Everything."""
    return [*walks(), *labelled(), *reading(), *offline()]
