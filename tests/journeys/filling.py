"""What may be typed on a page of the request, read off the page itself: as somebody would fill it, or anything."""

from hypothesis import strategies as st

from intake.demo import TYPED
from intake.forms.base import StepForm
from intake.forms.fields.question import Question

# The kinds of question that can be filled here; a page with another kind needs a line in `guess` and `anything`.
KINDS = frozenset(
    {
        "trap", "date", "checklist", "checkboxes", "radios", "select", "tick", "email", "phone", "line", "name", "long",
        "places",
    }
)  # fmt: skip
NUMBERS = st.sampled_from(["", "0", "3", "12", "٣", "31", "68", "1968", "2025", "2027", "March"])


def one_of_kind(field: Question) -> st.SearchStrategy[str | None]:
    """One value for a field with one input; None leaves it out."""
    if field.kind == "radios":
        return st.sampled_from([option.id for option in field.shown()]) | st.sampled_from(["nonsense", None])
    if field.kind == "select":
        return st.sampled_from([*list(field.names)[:3], "nonsense", ""])
    if field.kind == "tick":
        return st.sampled_from(["yes", None])
    if field.kind == "email":
        return st.sampled_from(["", "me@example.org", "me@", "me"])
    if field.kind == "phone":
        return st.sampled_from(["", "+44 20 7946 0958", "12"])
    return st.sampled_from(["", "some words", "ومعها كلمات", "<b>", "much too long " + "x" * 6000])


def names_of(field: Question) -> list[str]:
    """The names of the inputs that a field draws."""
    if field.kind == "date":
        return [field.box_name(box) for box in ("day", "month", "year")]
    if field.kind == "checklist":
        return [field.box_name(item.id) for item in field.items]
    if field.kind == "places":
        return [field.box_name(1, box) for box in ("name", "city", "country")]
    return [field.name]


def boxes_for_words(field: Question) -> list[str]:
    """The names of the inputs in which people write."""
    if field.kind == "places":
        return names_of(field)[:2]
    return [field.name] if field.kind in ("line", "name", "long", "email") else []


def as_asked(form: StepForm) -> list[tuple[str, str]]:
    """A page as somebody would fill it: as in the demonstration, and what that leaves out by a guess."""
    said = list(TYPED.get(form.step, []))
    for field in form.questions:
        if not {name for name, _ in said} & set(names_of(field)):
            said += guess(field)
    return said


def guess(field: Question) -> list[tuple[str, str]]:
    """The first or plainest answer to a required question."""
    if not field.required or field.kind in ("trap", "checklist", "places"):
        return []
    if field.kind in ("radios", "checkboxes"):
        return [(field.name, field.shown()[0].id)]
    if field.kind == "select":
        return [(field.name, next(iter(field.names)))]
    if field.kind == "date":
        return list(zip(names_of(field), ("27", "3", "1968" if field.when == "past" else "2027"), strict=True))
    plain = {"tick": "yes", "email": "me@example.org", "phone": "+44 20 7946 0958"}
    return [(field.name, plain.get(field.kind, "Some words"))]


def anything(data: st.DataObject, field: Question) -> list[tuple[str, str]]:
    """Right or wrong for a field, by its kind."""
    if field.kind == "date":
        return [(name, data.draw(NUMBERS)) for name in names_of(field)]
    if field.kind == "checklist":
        states = st.sampled_from(["", "have", "have-not", "nonsense"])
        return [(name, data.draw(states)) for name in names_of(field)]
    if field.kind == "places":
        name, city, country = names_of(field)
        codes = st.sampled_from(["", "PT", "nonsense"])
        return [(name, "A hospital"), (city, data.draw(st.sampled_from(["", "Porto"]))), (country, data.draw(codes))]
    if field.kind == "checkboxes":
        ids = [option.id for option in field.shown()]
        return [(field.name, each) for each in data.draw(st.lists(st.sampled_from(ids), unique=True, max_size=3))]
    return [(field.name, value) for value in [data.draw(one_of_kind(field))] if value is not None]
