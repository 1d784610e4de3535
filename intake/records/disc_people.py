"""Who is on a disc: one person may stand there under several numbers and spellings, and two people under one name."""

from intake.records.dicom_header import Header
from intake.records.disc_summary import PEOPLE_TOLD, Person
from intake.records.person_names import may_be_same

COMPARED_MOST = 200  # so many ways of naming people are compared with each other; further ones are counted as they come
NOBODY = -1


class People:
    """The people of a disc as they turn up, in that order."""

    def __init__(self) -> None:
        self._people: list[Person] = []
        self._place_of: dict[Person, int] = {}
        self._untold: set[int] = set()

    def place(self, header: Header) -> int:
        """The place of whoever the file names; NOBODY if it names nobody, or more people than we can tell apart."""
        person = Person(header.name, header.patient_id, header.born, header.garbled)
        if not (header.name.strip("^= ") or header.patient_id or header.born):
            return NOBODY
        if person not in self._place_of:
            if len(self._place_of) >= COMPARED_MOST:
                self._untold.add(hash(person))
                return NOBODY
            self._place_of[person] = self._find(person)
        return self._place_of[person]

    def _find(self, person: Person) -> int:
        for place, known in enumerate(self._people):
            if is_same_person(known, person):
                self._people[place] = _fuller(known, person)
                return place
        self._people.append(person)
        return len(self._people) - 1

    @property
    def count(self) -> int:
        """How many people."""
        return len(self._people) + len(self._untold)

    @property
    def told(self) -> tuple[Person, ...]:
        """The first of them."""
        return tuple(self._people[:PEOPLE_TOLD])


def is_same_person(one: Person, other: Person) -> bool:
    """Whether two ways of naming somebody mean one person, as far as the disc can tell.

    Two birth dates are two people. A name that cannot be compared decides nothing; two names are one person only if
    number and birth date agree, as after a wedding.
    """
    if one.born and other.born and one.born != other.born:
        return False
    same_day = one.born is not None and one.born == other.born
    numbers = _number(one), _number(other)
    both_numbered = all(numbers)
    same_number = both_numbered and numbers[0] == numbers[1]
    names = may_be_same(one.name, other.name, strictly=True)
    if names is False and not (one.garbled or other.garbled):
        return same_number and same_day
    if names and (one.born is None) != (other.born is None):
        return True
    return same_day or same_number or not both_numbered


def _number(person: Person) -> str:
    return person.patient_id.casefold().replace(" ", "").lstrip("0")


def _fuller(known: Person, other: Person) -> Person:
    """What is known of somebody, with what the other way of naming them adds."""
    name, garbled = (known.name, known.garbled) if known.name else (other.name, other.garbled)
    return Person(name, known.patient_id or other.patient_id, known.born or other.born, garbled)
