"""The peer: a Django form wizard (django-formtools) that asks what our pages ask, made from our own step classes.

As durable as ours: its sessions stand in the same kind of database, with the same settings of SQLite. Its pages hold
the form alone, without a frame around it.
"""

import os
from datetime import date
from pathlib import Path
from typing import Any

import django
from django import forms
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import re_path
from formtools.wizard.views import NamedUrlSessionWizardView

from intake import demo
from intake.forms.context import FormContext, form_context
from intake.forms.fields.checklist import RecordsChecklist
from intake.forms.fields.choices import Checkboxes, Radios, Select, Tick
from intake.forms.fields.dates import DateBoxes
from intake.forms.fields.question import Question
from intake.forms.fields.text import Line, LongText, Trap
from intake.forms.journey import path
from intake.forms.pages import BY_STEP, CHECK, open_page
from intake.knowledge.reader import read_knowledge
from intake.languages import Languages
from intake.operator import read_operator
from tests.components import ROOT

TEMPLATE = (
    "<!DOCTYPE html><html lang=en><title>{{ form.prefix }}</title><body><form method=post>{% csrf_token %}"
    "{{ wizard.management_form }}{{ form.as_div }}<button>Continue</button></form></body></html>"
)


def the_context() -> FormContext:
    """What our pages know, in English."""
    operator = read_operator(ROOT / "operator.toml")
    return form_context(Languages(), operator, read_knowledge(), "en", date(2026, 11, 22))


def django_form(step: str, context: FormContext, answers: Any) -> type[forms.Form]:
    """The fields of one of our pages as a Django form."""
    page = open_page(step, context, answers)
    fields: dict[str, forms.Field] = {}
    for each in page.questions:
        if not isinstance(each, Trap):
            fields |= _fields(each)
    return type(f"Form_{step}".replace("-", "_"), (forms.Form,), fields)


def _fields(asked: Question) -> dict[str, forms.Field]:
    shared = {"label": asked.wording, "help_text": asked.hint, "required": False}
    match asked:
        case RecordsChecklist():
            states = asked.states()
            return {
                asked.box_name(item.id): forms.ChoiceField(
                    choices=states, widget=forms.RadioSelect, required=False, label=asked.say(item.title),
                    help_text=asked.say(item.hint),
                )
                for item in asked.items
            }  # fmt: skip
        case Checkboxes():
            choices = [(each.id, each.label) for each in asked.shown()]
            return {
                asked.name: forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **shared)
            }
        case Radios():
            choices = [(each.id, each.label) for each in asked.shown()]
            return {asked.name: forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **shared)}
        case Select():
            return {asked.name: forms.ChoiceField(choices=[("", ""), *asked.names.items()], **shared)}
        case Tick():
            return {asked.name: forms.BooleanField(**shared)}
        case DateBoxes():
            boxes = ("day", "month", "year")
            return {f"{asked.name}-{box}": forms.IntegerField(required=False, label=box) for box in boxes}
        case LongText():
            return {asked.name: forms.CharField(widget=forms.Textarea, max_length=asked.most, **shared)}
        case Line():
            return {asked.name: forms.CharField(max_length=asked.most, **shared)}
    return {asked.name: forms.CharField(**shared)}


def make_application(folder: Path) -> Any:
    """The wizard as a WSGI application, its database in `folder`."""
    context = the_context()
    answers = demo.answers(context, demo.TYPED)
    steps = [step for step in path(answers) if step != CHECK and step in BY_STEP]
    pages = [(step, django_form(step, context, answers)) for step in steps]
    _configure(folder)

    class Wizard(NamedUrlSessionWizardView):
        template_name = "wizard.html"

        def done(self, form_list: Any, **kwargs: Any) -> HttpResponse:
            return HttpResponse("done")

    view = Wizard.as_view(pages, url_name="step", done_step_name="done")

    def show(request: HttpRequest, step: str) -> HttpResponse:
        return view(request, step=step)

    urlpatterns.append(re_path(r"^wizard/(?P<step>[\w-]+)/$", show, name="step"))
    return get_wsgi_application()


urlpatterns: list[Any] = []


def _configure(folder: Path) -> None:
    pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
    options = {"init_command": pragmas, "transaction_mode": "IMMEDIATE", "timeout": 20}
    settings.configure(
        SECRET_KEY=os.urandom(32).hex(), ALLOWED_HOSTS=["localhost", "127.0.0.1"], ROOT_URLCONF=__name__, USE_TZ=True,
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "django.sqlite"), "OPTIONS": options,
                "CONN_MAX_AGE": None,
            }
        },
        INSTALLED_APPS=["django.contrib.sessions", "formtools"],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "loaders": [
                        (
                            "django.template.loaders.cached.Loader",
                            [("django.template.loaders.locmem.Loader", {"wizard.html": TEMPLATE})],
                        )
                    ]
                },
            }
        ],
    )  # fmt: skip
    django.setup()
    call_command("migrate", verbosity=0)
