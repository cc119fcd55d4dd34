"""The words by which columns are known, as data: kind of file → field → headers in Russian, Kazakh and English.

Words are compared without case, punctuation and repeated spaces, ё as е (values.plain). What stands before the
parentheses of a header counts too: "Отбасы құрамы (аға-іні)" is known by "Отбасы құрамы".
"""

Words = tuple[str, ...]

IGNORED: Words = (
    "№", "№ п/п", "п/п", "номер", "№ пп", "р/с №", "р/с", "no", "n", "#", "код", "примечание", "примечания", "ескерту",
    "п/п №", "порядковый номер", "№ по списку", "номер по порядку", "реттік нөмірі", "р/н", "рет саны", "s/n", "№ р/с",
    "number", "note", "notes", "remarks",
)  # fmt: skip

_LAST: Words = ("фамилия", "тегі", "last name", "surname", "family name")
_FIRST: Words = ("имя", "аты", "first name", "given name", "name", "имя, отчество", "имя и отчество", "есімі")
_MIDDLE: Words = ("отчество", "әкесінің аты", "middle name", "patronymic", "отчество (при наличии)")
_FULL: Words = (
    "фио", "ф.и.о.", "фамилия имя отчество", "фамилия имя", "аты-жөні", "тегі аты әкесінің аты", "full name",
    "фамилия, имя", "тегі, аты", "т.а.ә.", "тегі, аты-жөні", "surname and name", "last name, first name",
)  # fmt: skip
_STUDENT: Words = (
    *_FULL, "ученик", "учащийся", "обучающийся", "фио ученика", "фио учащегося", "фио обучающегося", "оқушы",
    "оқушының аты-жөні", "student", "student name", "ребёнок", "фио ребёнка", "список учащихся", "pupil",
)  # fmt: skip
_BIRTH: Words = (
    "дата рождения", "день рождения", "д.р.", "туған күні", "birth date", "date of birth", "birthday", "дата рожд.",
    "число, месяц, год рождения", "день, месяц, год рождения", "туған күні, айы, жылы", "туған жылы, айы, күні", "dob",
)  # fmt: skip
_CLASS: Words = ("класс", "класс/группа", "сынып", "сыныбы", "class", "form", "параллель и литера", "homeroom")
_CLASS_LETTER: Words = (
    "литера", "литер", "буква", "буква класса", "литера класса", "литер класса", "сынып литері", "литері", "letter",
)  # fmt: skip
_PHONE: Words = (
    "телефон", "мобильный телефон", "номер телефона", "тел.", "телефоны", "phone", "mobile", "моб. телефон",
    "моб. тел.", "сотовый", "сотовый телефон", "контактный телефон", "телефон мобильный", "тел. мобильный",
    "ұялы телефоны", "ұялы телефон", "байланыс телефоны", "phone number", "mobile phone", "contact phone",
    "номер мобильного",
)  # fmt: skip
_EMAIL: Words = (
    "e-mail", "email", "электронная почта", "эл. почта", "почта", "электрондық пошта", "электрондық поштасы",
    "адрес электронной почты", "эл. адрес", "пошта", "e-mail address", "email address", "mail",
)  # fmt: skip
_RELATION: Words = (
    "степень родства", "родство", "кем приходится", "кем приходится ребёнку", "отношение к ребёнку", "туыстығы",
    "туыстық дәрежесі", "кім болып келеді", "relation", "relationship", "relation to student",
)  # fmt: skip
_SUBJECT: Words = ("предмет", "пән", "subject")
_START: Words = (
    "начало", "время начала", "дата начала", "с", "басталуы", "start", "from", "begin", "начало урока", "начинается",
    "басталу уақыты", "басталу күні", "start time", "start date", "begins",
)  # fmt: skip
_END: Words = (
    "конец", "окончание", "время окончания", "дата окончания", "по", "до", "аяқталуы", "end", "to", "конец урока",
    "заканчивается", "аяқталу уақыты", "аяқталу күні", "end time", "end date", "ends", "дата конца", "время конца",
)  # fmt: skip
_NAME: Words = ("название", "наименование", "атауы", "name", "title")

_FAMILY: dict[str, Words] = {
    "parent": (
        "фио родителя", "родитель", "родители", "законный представитель", "фио законного представителя",
        "ата-анасының аты-жөні", "ата-анасы", "parent", "guardian", "parent name", "фио родителей", "заңды өкілі",
        "родители (законные представители)", "parent/guardian", "родитель 1", "представитель", "опекун",
    ),
    "parent_phone": (
        "телефон родителя", "телефон родителей", "ата-анасының телефоны", "parent phone", "контакты родителей",
        "тел. родителей",
    ),
    "parent_email": (
        "e-mail родителя", "email родителя", "почта родителя", "ата-анасының e-mail", "ата-анасының email",
        "parent e-mail", "parent email", "e-mail родителей",
    ),
    "parent_relation": _RELATION,
    "mother": ("мать", "мама", "фио матери", "анасы", "анасының аты-жөні", "mother", "шешесі"),
    "mother_phone": ("телефон матери", "телефон мамы", "анасының телефоны", "mother phone"),
    "mother_email": (
        "e-mail матери", "email матери", "почта матери", "анасының e-mail", "mother e-mail", "mother email",
    ),
    "father": ("отец", "папа", "фио отца", "әкесі", "әкесінің аты-жөні", "father"),
    "father_phone": ("телефон отца", "телефон папы", "әкесінің телефоны", "father phone"),
    "father_email": ("e-mail отца", "email отца", "почта отца", "әкесінің e-mail", "father e-mail", "father email"),
    "parent2": ("родитель 2", "фио родителя 2", "второй родитель", "parent 2", "guardian 2"),
    "parent2_phone": ("телефон родителя 2", "parent 2 phone"),
    "parent2_email": ("e-mail родителя 2", "email родителя 2", "parent 2 e-mail", "parent 2 email"),
    "parent2_relation": ("степень родства родителя 2", "parent 2 relation"),
    "parent_last": ("фамилия родителя", "ата-анасының тегі", "parent last name"),
    "parent_first": ("имя родителя", "ата-анасының аты", "parent first name"),
    "parent_middle": ("отчество родителя", "parent middle name"),
    "mother_last": ("фамилия матери", "анасының тегі", "mother last name"),
    "mother_first": ("имя матери", "анасының аты", "mother first name"),
    "mother_middle": ("отчество матери", "mother middle name"),
    "father_last": ("фамилия отца", "әкесінің тегі", "father last name"),
    "father_first": ("имя отца", "father first name"),
    "father_middle": ("отчество отца", "father middle name"),
    "parent2_last": ("фамилия родителя 2", "parent 2 last name"),
    "parent2_first": ("имя родителя 2", "parent 2 first name"),
    "parent2_middle": ("отчество родителя 2", "parent 2 middle name"),
}  # fmt: skip

PEOPLE: dict[str, Words] = {
    "class": _CLASS,
    "class_letter": _CLASS_LETTER,
    "last": (*_LAST, "фамилия ученика"),
    "first": (*_FIRST, "имя ученика"),
    "middle": _MIDDLE,
    "full": _STUDENT,
    "birth_date": _BIRTH,
    "sex": ("пол", "жынысы", "sex", "gender"),
    "phone": (*_PHONE, "телефон ученика", "телефон обучающегося", "оқушының телефоны"),
    "email": (*_EMAIL, "e-mail ученика", "оқушының e-mail"),
    "address": (
        "адрес", "домашний адрес", "адрес проживания", "место жительства", "мекенжайы", "мекен-жайы", "address",
        "фактический адрес", "место проживания", "тұрғылықты мекенжайы", "тұратын мекенжайы", "үй мекенжайы",
        "home address",
    ),
    "siblings": (
        "состав семьи/братья-сёстры", "состав семьи", "братья и сёстры", "братья-сёстры", "отбасы құрамы", "siblings",
        "family", "братья, сёстры", "аға-інілері мен апа-қарындастары", "brothers and sisters",
    ),
    **_FAMILY,
}  # fmt: skip

GUARDIANS: dict[str, Words] = {
    "class": _CLASS,
    "class_letter": _CLASS_LETTER,
    "last": (*_LAST, "фамилия ученика"),
    "first": (*_FIRST, "имя ученика"),
    "middle": _MIDDLE,
    "full": _STUDENT,
    "birth_date": _BIRTH,
    **_FAMILY,
    "parent_phone": (*_FAMILY["parent_phone"], *_PHONE),
    "parent_email": (*_FAMILY["parent_email"], *_EMAIL),
    "may_receive": (
        "может получать сведения", "можно сообщать", "можно сообщать об успеваемости", "доступ к сведениям",
        "право на информацию", "информировать", "сообщать об оценках", "хабарлауға болады", "may receive",
        "may be told", "may be informed", "receives information",
    ),
}  # fmt: skip

STAFF: dict[str, Words] = {
    "last": _LAST,
    "first": _FIRST,
    "middle": _MIDDLE,
    "full": (*_FULL, "сотрудник", "учитель", "фио сотрудника", "фио учителя", "қызметкер", "мұғалім", "employee"),
    "subjects": (
        *_SUBJECT,
        "предметы",
        "пәндер",
        "subjects",
        "преподаваемый предмет",
        "преподаваемые предметы",
        "пәні",
        "оқытатын пәні",
        "оқытатын пәндері",
        "дисциплина",
        "дисциплины",
        "subjects taught",
    ),
    "roles": (
        "роли",
        "роль",
        "должность",
        "должности",
        "лауазымы",
        "қызметі",
        "roles",
        "role",
        "position",
        "job title",
        "занимаемая должность",
        "лауазым",
        "рөлі",
        "рөлдері",
        "job",
    ),
    "homeroom": (
        "классное руководство",
        "классный руководитель",
        "сынып жетекшілігі",
        "сынып жетекшісі",
        "homeroom",
        "кл. рук.",
        "кл. руководство",
        "руководство классом",
        "homeroom class",
        "class teacher of",
    ),
    "room": ("кабинет", "каб.", "аудитория", "room", "№ кабинета", "номер кабинета", "кабинеті", "classroom"),
    "phone": _PHONE,
    "email": _EMAIL,
}

BELLS: dict[str, Words] = {
    "shift": ("смена", "ауысым", "shift", "ауысымы"),
    "n": (
        "урок",
        "№ урока",
        "номер урока",
        "сабақ",
        "lesson",
        "period",
        "уроки",
        "сабақтар",
        "сабақ №",
        "lesson number",
        "пара",
    ),
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
    "channel": ("канал", "телеканал", "арна", "channel", "телеарна", "tv channel"),
    "grade": (*_CLASS, "параллель", "классы", "grade"),
    "subject": _SUBJECT,
    "topic": ("тема", "тема урока", "тақырып", "тақырыбы", "topic"),
    "minutes": (
        "длительность, мин",
        "длительность",
        "продолжительность",
        "минут",
        "ұзақтығы",
        "ұзақтығы, мин",
        "minutes",
        "duration",
    ),
}

CONNECTIVITY: dict[str, Words] = {
    "class": _CLASS,
    "last": _LAST,
    "first": _FIRST,
    "middle": _MIDDLE,
    "full": _STUDENT,
    "birth_date": _BIRTH,
    "device": (
        "устройство",
        "устройства",
        "техника",
        "құрылғы",
        "device",
        "гаджет",
        "компьютер",
        "құрылғысы",
        "devices",
        "вид устройства",
        "на чём учится",
    ),
    "shared": (
        "общее с братьями/сёстрами",
        "общее",
        "ортақ",
        "shared",
        "делит с братьями и сёстрами",
        "ортақ па",
        "бауырларымен ортақ",
        "аға-інілерімен ортақ",
    ),
    "internet": (
        "интернет",
        "доступ в интернет",
        "internet",
        "доступ к интернету",
        "вид интернета",
        "интернет түрі",
        "качество интернета",
        "internet access",
    ),
    "tv": ("тв", "телевизор", "телевидение", "теледидар", "tv", "есть телевизор", "television", "теледидары"),
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

OUTSIDE_MARKS: dict[str, Words] = {
    "class": (*_CLASS, "класс/группа", "группа"),
    "last": _LAST,
    "first": _FIRST,
    "middle": _MIDDLE,
    "full": _STUDENT,
    "birth_date": _BIRTH,
    "subject": (*_SUBJECT, "учебный предмет", "оқу пәні"),
    "date": ("дата", "дата отметки", "дата оценки", "день", "күні", "баға күні", "date", "marked on"),
    "kind": ("вид работы", "вид", "тип работы", "форма контроля", "жұмыс түрі", "түрі", "kind", "kind of work"),
    "topic": ("тема", "работа", "задание", "название работы", "тақырып", "жұмыс", "тапсырма", "topic", "task", "work"),
    "mark": (
        "отметка", "оценка", "балл", "баллы", "набрано", "результат", "баға", "бағасы", "жинаған ұпай", "mark",
        "grade received", "score", "result",
    ),
    "max": (
        "макс. балл", "максимальный балл", "макс балл", "максимум", "из", "ең жоғары балл", "max points", "maximum",
        "out of", "max",
    ),
    "source": ("источник", "платформа", "откуда", "организация", "дереккөз", "платформасы", "source", "platform"),
    "course": ("курс", "сетевой курс", "название курса", "курс атауы", "course", "network course"),
    "sender": ("учитель", "преподаватель", "тьютор", "сетевой преподаватель", "мұғалім", "тьюторы", "teacher", "tutor"),
    "comment": ("комментарий", "примечание", "отзыв", "пікір", "ескерту", "comment", "remark"),
}  # fmt: skip

HEADERS: dict[str, dict[str, Words]] = {
    "people": PEOPLE,
    "guardians": GUARDIANS,
    "staff": STAFF,
    "bells": BELLS,
    "terms": TERMS,
    "tv": TV,
    "connectivity": CONNECTIVITY,
    "plan": PLAN,
    "assessments": ASSESSMENTS,
    "exemptions": EXEMPTIONS,
    "membership": MEMBERSHIP,
    "outside_marks": OUTSIDE_MARKS,
}

# Groups of fields of which one must be complete: a name is either one column or surname and first name.
REQUIRED: dict[str, tuple[tuple[Words, ...], ...]] = {
    "people": ((("last", "first"), ("full",)), (("birth_date",),)),
    "guardians": (
        (("last", "first"), ("full",)),
        (("parent",), ("mother",), ("father",), ("parent_last",), ("mother_last",), ("father_last",)),
    ),
    "staff": ((("last", "first"), ("full",)),),
    "bells": ((("n",),), (("start",),), (("end",),)),
    "terms": ((("name",),), (("start",),), (("end",),)),
    "tv": ((("date",),), (("start",),), (("subject",),), (("grade",),)),
    "connectivity": (
        (("last", "first"), ("full",)),
        (("class",),),
        (("internet",), ("device",), ("tv",), ("channel",)),
    ),
    "plan": ((("topic",),),),
    "assessments": ((("subject",),), (("kind",),)),
    "exemptions": ((("last", "first"), ("full",)), (("subject",),)),
    "membership": ((("last", "first"), ("full",)), (("part",),)),
    "outside_marks": ((("last", "first"), ("full",)), (("subject",),), (("date",),), (("mark",),)),
}
