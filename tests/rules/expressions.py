"""Expressions of every form, most of them without meaning, for laws about reading and laying out."""

from hypothesis import strategies as st

PIECES = st.recursive(
    st.sampled_from(["a", "resident.name", "today", "1", "2.50", "null", "true", "'x'", '"y"', "r'\\'"]),
    lambda inner: st.one_of(
        st.tuples(
            inner, st.sampled_from(["&&", "||", "==", "!=", "<", ">=", "in", "+", "-", "&&", "||"]), inner
        ).map(" ".join),
        inner.map("({})".format),
        inner.map("!{}".format),
        inner.map("-{}".format),
        inner.map("f({})".format),
        inner.map("a.exists(x, {})".format),
        inner.map("({}).size()".format),
        inner.map("{} // a note\n".format),
        inner.map("\n//a note\n{}".format),
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.tuples(inner, inner, inner).map(lambda parts: "{} ? {} : {}".format(*parts)),
    ),
    max_leaves=30,
)
