"""The words by which columns are known, as data: kind of file → field → headers in Russian, Kazakh and English.

Words are compared without case, punctuation and repeated spaces, ё as е (values.plain). What stands before the
parentheses of a header counts too: "Отбасы құрамы (аға-іні)" is known by "Отбасы құрамы".
"""

Words = tuple[str, ...]

IGNORED: Words = (
    "№", "№ п/п", "п/п", "номер", "№ пп", "р/с №", "р/с", "no", "n", "#", "код", "примечание", "ескерту",
)  # fmt: skip

_LAST: Words = ("фамилия", "тегі", "last name", "surname", "family name")
_FIRST: Words = ("имя", "аты", "first name", "given name", "name")
_MIDDLE: Words = ("отчество", "әкесінің аты", "middle name", "patronymic")
_FULL: Words = (
    "фио", "ф.и.о.", "фамилия имя отчество", "фамилия имя", "аты-жөні", "тегі аты әкесінің аты", "full name",
)  # fmt: skip
_STUDENT: Words = (
    *_FULL, "ученик", "учащийся", "обучающийся", "фио ученика", "фио учащегося", "фио обучающегося", "оқушы",
    "оқушының аты-жөні", "student", "student name",
)  # fmt: skip
_BIRTH: Words = ("дата рождения", "день рождения", "д.р.", "туған күні", "birth date", "date of birth", "birthday")
_CLASS: Words = ("класс", "класс/группа", "сынып", "сыныбы", "class", "form")
_PHONE: Words = ("телефон", "мобильный телефон", "номер телефона", "тел.", "телефоны", "phone", "mobile")
_EMAIL: Words = ("e-mail", "email", "электронная почта", "эл. почта", "почта", "электрондық пошта")
_SUBJECT: Words = ("предмет", "пән", "subject")
_START: Words = ("начало", "время начала", "дата начала", "с", "басталуы", "start", "from", "begin")
_END: Words = ("конец", "окончание", "время окончания", "дата окончания", "по", "до", "аяқталуы", "end", "to")
_NAME: Words = ("название", "наименование", "атауы", "name", "title")

PEOPLE: dict[str, Words] = {
    "class": _CLASS,
    "last": (*_LAST, "фамилия ученика"),
    "first": (*_FIRST, "имя ученика"),
    "middle": _MIDDLE,
    "full": _STUDENT,
    "birth_date": _BIRTH,
    "sex": ("пол", "жынысы", "sex", "gender"),
    "phone": (*_PHONE, "телефон ученика", "телефон обучающегося", "оқушының телефоны"),
    "parent": (
        "фио родителя", "родитель", "родители", "законный представитель", "фио законного представителя",
        "ата-анасының аты-жөні", "ата-анасы", "parent", "guardian", "parent name",
    ),
    "parent_phone": ("телефон родителя", "телефон родителей", "ата-анасының телефоны", "parent phone"),
    "parent_email": (
        "e-mail родителя", "email родителя", "почта родителя", "ата-анасының e-mail", "ата-анасының email",
        "parent e-mail", "parent email",
    ),
    "mother": ("мать", "мама", "фио матери", "анасы", "анасының аты-жөні", "mother"),
    "mother_phone": ("телефон матери", "телефон мамы", "анасының телефоны", "mother phone"),
    "father": ("отец", "папа", "фио отца", "әкесі", "әкесінің аты-жөні", "father"),
    "father_phone": ("телефон отца", "телефон папы", "әкесінің телефоны", "father phone"),
    "address": (
        "адрес", "домашний адрес", "адрес проживания", "место жительства", "мекенжайы", "мекен-жайы", "address",
    ),
    "siblings": (
        "состав семьи/братья-сёстры", "состав семьи", "братья и сёстры", "братья-сёстры", "отбасы құрамы", "siblings",
        "family",
    ),
}  # fmt: skip

STAFF: dict[str, Words] = {
    "last": _LAST,
    "first": _FIRST,
    "middle": _MIDDLE,
    "full": (*_FULL, "сотрудник", "учитель", "фио сотрудника", "фио учителя", "қызметкер", "мұғалім", "employee"),
    "subjects": (*_SUBJECT, "предметы", "пәндер", "subjects"),
    "roles": ("роли", "роль", "должность", "должности", "лауазымы", "қызметі", "roles", "role", "position"),
    "homeroom": ("классное руководство", "классный руководитель", "сынып жетекшілігі", "сынып жетекшісі", "homeroom"),
    "room": ("кабинет", "каб.", "аудитория", "room"),
    "phone": _PHONE,
    "email": _EMAIL,
}

BELLS: dict[str, Words] = {
    "shift": ("смена", "ауысым", "shift"),
    "n": ("урок", "№ урока", "номер урока", "сабақ", "lesson", "period"),
    "start": _START,
    "end": _END,
    "break": ("перемена, мин", "перемена", "үзіліс", "break"),
}

TERMS: dict[str, Words] = {
    "kind": ("вид", "тип", "түрі", "kind", "type"),
    "name": (*_NAME, "период", "четверть", "тоқсан"),
    "start": _START,
    "end": _END,
    "grades": ("классы", "класс", "параллели", "параллель", "сыныптар", "grades"),
}

TV: dict[str, Words] = {
    "date": ("дата", "день", "күні", "date"),
    "start": (*_START, "время", "уақыты", "time"),
    "channel": ("канал", "телеканал", "арна", "channel"),
    "grade": (*_CLASS, "параллель", "классы", "grade"),
    "subject": _SUBJECT,
    "topic": ("тема", "тема урока", "тақырып", "тақырыбы", "topic"),
    "minutes": ("длительность, мин", "длительность", "продолжительность", "минут", "ұзақтығы", "minutes", "duration"),
}

CONNECTIVITY: dict[str, Words] = {
    "class": _CLASS,
    "last": _LAST,
    "first": _FIRST,
    "middle": _MIDDLE,
    "full": _STUDENT,
    "birth_date": _BIRTH,
    "device": ("устройство", "устройства", "техника", "құрылғы", "device"),
    "shared": ("общее с братьями/сёстрами", "общее", "ортақ", "shared"),
    "internet": ("интернет", "доступ в интернет", "internet"),
    "tv": ("тв", "телевизор", "телевидение", "теледидар", "tv"),
    "phone": ("телефон для связи", *_PHONE, "байланыс телефоны"),
    "channel": ("канал", "канал связи", "предпочитаемый канал", "способ связи", "байланыс арнасы", "channel"),
}

PLAN: dict[str, Words] = {
    "class": (*_CLASS, "параллель", "классы", "grade"),
    "subject": (*_SUBJECT, "учебный предмет", "оқу пәні"),
    "n": (
        "№", "№ п/п", "п/п", "№ урока", "номер урока", "уроки", "урок", "№ сабақ", "сабақ №", "сабақ", "р/с", "р/с №",
        "№ р/с", "no", "n", "#", "lesson", "lesson no", "lesson number", "номер", "number",
    ),
    "section": (
        "раздел", "разделы", "раздел программы", "раздел/сквозные темы", "наименование раздела", "глава", "модуль",
        "бөлім", "бөлімі", "бөлім/ауыспалы тақырыптар", "тарау", "section", "unit", "chapter", "module",
    ),
    "topic": (
        "тема", "тема урока", "темы", "темы уроков", "темы урока", "тема занятия", "наименование темы", "содержание",
        "название темы", "наименование разделов и тем", "раздел, тема", "содержание материала", "тақырып", "тақырыбы",
        "сабақтың тақырыбы", "сабақ тақырыбы", "сабақ тақырыптары", "тақырыптар", "topic", "lesson topic", "topics",
        "theme", "тема программы",
    ),
    "hours": (
        "часы", "часов", "час", "кол-во часов", "количество часов", "кол-во", "число часов", "всего часов", "сағат",
        "сағат саны", "сағаты", "hours", "hrs", "number of hours",
    ),
    "date": (
        "дата", "дата проведения", "дата урока", "дата по плану", "по плану", "план", "дата план", "плановая дата",
        "планируемая дата", "сроки", "срок", "календарные сроки", "күні", "мерзімі", "өткізу күні", "date", "planned",
        "planned date", "date planned",
    ),
    "fact": (
        "факт", "по факту", "дата по факту", "дата факт", "фактическая дата", "фактически", "нақты күні", "actual",
        "actual date",
    ),
}  # fmt: skip

ASSESSMENTS: dict[str, Words] = {
    "subject": (*_SUBJECT, "учебный предмет", "оқу пәні"),
    "class": (*_CLASS, "параллель", "классы", "grade"),
    "term": ("четверть", "период", "полугодие", "триместр", "тоқсан", "жартыжылдық", "term", "quarter"),
    "kind": (
        "вид", "вид работы", "вид контроля", "форма контроля", "тип", "тип работы", "түрі", "жұмыс түрі",
        "бағалау түрі", "kind", "type", "assessment",
    ),
    "number": ("№", "номер", "№ работы", "номер работы", "нөмірі", "number", "no", "#"),
    "topic": (
        "тема", "раздел", "раздел/тема", "название", "тақырып", "тақырыбы", "бөлім", "topic", "section", "title",
    ),
    "max": (
        "макс. балл", "максимальный балл", "макс балл", "максимум баллов", "максимум", "баллы", "балл",
        "ең жоғары балл", "максималды балл", "балы", "ұпай", "max points", "maximum", "points", "max",
    ),
    "date": ("дата", "дата проведения", "срок", "день", "күні", "өткізу күні", "date", "planned on"),
}  # fmt: skip

EXEMPTIONS: dict[str, Words] = {
    "class": _CLASS,
    "last": _LAST,
    "first": _FIRST,
    "middle": _MIDDLE,
    "full": _STUDENT,
    "birth_date": _BIRTH,
    "subject": (*_SUBJECT, "предметы", "пәндер", "освобождён от", "освобождение от", "босатылған пән"),
    "since": (*_START, "с какого числа", "действует с", "бастап"),
    "until": (*_END, "по какое число", "действует до", "действует по", "дейін"),
    "reason": (
        "причина", "основание", "документ", "справка", "себебі", "негізі", "құжат", "reason", "document", "grounds",
    ),
}  # fmt: skip

MEMBERSHIP: dict[str, Words] = {
    "class": _CLASS,
    "last": _LAST,
    "first": _FIRST,
    "middle": _MIDDLE,
    "full": _STUDENT,
    "birth_date": _BIRTH,
    "part": ("подгруппа", "группа", "топша", "топ", "кіші топ", "subgroup", "group", "part"),
    "division": (*_SUBJECT, "деление", "вид деления", "бөлу", "бөліну", "division"),
}  # fmt: skip

HEADERS: dict[str, dict[str, Words]] = {
    "people": PEOPLE,
    "staff": STAFF,
    "bells": BELLS,
    "terms": TERMS,
    "tv": TV,
    "connectivity": CONNECTIVITY,
    "plan": PLAN,
    "assessments": ASSESSMENTS,
    "exemptions": EXEMPTIONS,
    "membership": MEMBERSHIP,
}

# Groups of fields of which one must be complete: a name is either one column or surname and first name.
REQUIRED: dict[str, tuple[tuple[Words, ...], ...]] = {
    "people": ((("last", "first"), ("full",)), (("birth_date",),)),
    "staff": ((("last", "first"), ("full",)),),
    "bells": ((("n",),), (("start",),), (("end",),)),
    "terms": ((("name",),), (("start",),), (("end",),)),
    "tv": ((("date",),), (("start",),), (("subject",),), (("grade",),)),
    "connectivity": ((("last", "first"), ("full",)), (("class",),)),
    "plan": ((("topic",),),),
    "assessments": ((("subject",),), (("kind",),)),
    "exemptions": ((("last", "first"), ("full",)), (("subject",),)),
    "membership": ((("last", "first"), ("full",)), (("part",),)),
}
