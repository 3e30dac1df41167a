"""The scanner: constructs with their lines; nothing from code or comments."""

from __future__ import annotations

import pytest

from tpdl.render.scan import parse_attributes, scan

DOCUMENT = """\
# Title {#sec-title}

A `value.one:.1f`{.value} and `plain code`, @fig-a, [-@tbl-b], and [@key2015, p. 3].

```python
`no.value`{.value} @fig-no {#fig-no}
```

<!-- @fig-no `no.value`{.value}
still a comment {#tbl-no} -->

::: {when="a.b == 'c'"}
[Inside,
over two lines with `v.w:d`{.value}]{claim="x > 1 and y[0:2] == 'z'"}

::: {#tbl-b .results from="x/y" columns="a,b=B title"}
Caption
:::
:::

![Caption [with brackets] and `c.d:d`{.value}](../figures/x.svg){#fig-a fig-alt="Alt `e.f:d`{.value}"}

{{< video x.mp4 >}}

````{r}
1
````
"""


def found(kind: str) -> list[tuple[int, str]]:
    return [(item.line, item.text) for item in scan(DOCUMENT) if item.kind == kind]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("value", [(3, "value.one:.1f"), (14, "v.w:d"), (21, "c.d:d"), (21, "e.f:d")]),
        ("claim", [(13, "x > 1 and y[0:2] == 'z'")]),
        ("when", [(12, "a.b == 'c'")]),
        ("table", [(16, "tbl-b")]),
        ("image", [(21, "../figures/x.svg")]),
        ("label", [(1, "sec-title"), (16, "tbl-b"), (21, "fig-a")]),
        ("reference", [(3, "fig-a"), (3, "tbl-b")]),
        ("citation", [(3, "key2015")]),
        ("shortcode", [(23, "video x.mp4")]),
        ("cell", [(25, "{r}")]),
    ],
)
def test_kinds(kind: str, expected: list[tuple[int, str]]) -> None:
    assert found(kind) == expected


def test_conditions_reach_to_the_end_of_their_block() -> None:
    items = scan(DOCUMENT)
    assert {item.kind for item in items if item.conditions} == {"claim", "value", "div", "table", "label", "span"}
    assert not any(item.conditions for item in items if item.line > 19)


def test_claim_has_its_words() -> None:
    claim = next(item for item in scan(DOCUMENT) if item.kind == "claim")
    assert claim.inside == "Inside, over two lines with `v.w:d`{.value}"


def test_a_value_in_a_condition_of_a_span_counts_only_there() -> None:
    items = scan('Before [inside `a.b:d`{.value}]{when="c"} after `d.e:d`{.value}.')
    assert [(item.text, item.conditions) for item in items if item.kind == "value"] == [
        ("a.b:d", ("c",)),
        ("d.e:d", ()),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[a\n\nb]{claim="x"}', []),
        ('[a\nb]{claim="x"}', [("claim", "x", "a b")]),
        ('[[a] b]{claim="x"} [c]{when="y"}', [("claim", "x", "[a] b"), ("when", "y", "c")]),
        (r'[a \[ b]{claim="x"}', [("claim", "x", r"a \[ b")]),
        ('a]{claim="x"}', []),
        ("![a\n\nb](c.svg)", []),
        ("![a\nb](c.svg)", [("image", "c.svg", "a b")]),
        (r"![a \] b](c.svg)", [("image", "c.svg", r"a \] b")]),
        ("![a [b] c](<d e.svg> 'title')", [("image", "d e.svg", "a [b] c")]),
        ("![a] (c.svg) and ![a][c]", []),
    ],
)
def test_words_in_brackets_end_with_their_paragraph(text: str, expected: list[tuple[str, str, str]]) -> None:
    found = [(item.kind, item.text, item.inside) for item in scan(text) if item.kind in ("claim", "when", "image")]
    assert found == expected


@pytest.mark.parametrize(
    ("text", "label", "classes", "pairs"),
    [
        ("{#a .b .c d=e}", "a", ("b", "c"), {"d": "e"}),
        ("{when=\"x == 'y'\" .b}", "", ("b",), {"when": "x == 'y'"}),
        ("{claim='x == \"y\"'}", "", (), {"claim": 'x == "y"'}),
        (r'{alt="a \"quoted\" word"}', "", (), {"alt": 'a "quoted" word'}),
        ("callout-note", "", ("callout-note",), {}),
        ('{formats="a=,d;b=.1%" width=80%}', "", (), {"formats": "a=,d;b=.1%", "width": "80%"}),
    ],
)
def test_attributes(text: str, label: str, classes: tuple[str, ...], pairs: dict[str, str]) -> None:
    attributes = parse_attributes(text)
    assert (attributes.label, attributes.classes, attributes.pairs) == (label, classes, pairs)


def test_every_construct_keeps_its_line_whatever_surrounds_it() -> None:
    filler = "Text with `code` and *emphasis* [link](x.html).\n\n"
    for count in (0, 1, 7):
        items = scan(filler * count + "See @fig-x.\n")
        assert [item.line for item in items if item.kind == "reference"] == [2 * count + 1]
