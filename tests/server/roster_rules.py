"""What the OneRoster CSV Binding 1.2.1 demands of a bulk set, told again from the specification and not from our code.

https://www.imsglobal.org/spec/oneroster/v1p2/bind/csv: chapter 3 has the tables of columns (here: those of a roster),
chapter 2 the rules of files: UTF-8, names of columns exactly and in order, own columns last and called ``metadata.*``.
"""

import csv
import io
import re
import zipfile

HEADERS = {
    "academicSessions": "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear",
    "classes": "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,"
               "schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods",
    "courses": "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,"
               "subjectCodes",
    "demographics": "sourcedId,status,dateLastModified,birthDate,sex,americanIndianOrAlaskaNative,asian,"
                    "blackOrAfricanAmerican,nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,"
                    "hispanicOrLatinoEthnicity,countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,"
                    "publicSchoolResidenceStatus",
    "enrollments": "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,"
                   "beginDate,endDate",
    "orgs": "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId",
    "roles": "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,"
             "userProfileSourcedId",
    "users": "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,"
             "identifier,email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,resourceSourcedIds,"
             "preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns",
}  # fmt: skip
REQUIRED = {
    "academicSessions": "title type startDate endDate schoolYear",
    "classes": "title courseSourcedId classType schoolSourcedId termSourcedIds",
    "courses": "title orgSourcedId",
    "demographics": "",
    "enrollments": "classSourcedId schoolSourcedId userSourcedId role",
    "orgs": "name type",
    "roles": "userSourcedId roleType role orgSourcedId",
    "users": "enabledUser username givenName familyName",
}
WORDS = {
    ("academicSessions", "type"): "gradingPeriod semester schoolYear term",
    ("classes", "classType"): "homeroom scheduled",
    ("demographics", "sex"): "male female unspecified other",
    ("enrollments", "role"): "administrator proctor student teacher",
    ("enrollments", "primary"): "true false",
    ("orgs", "type"): "department school district local state national",
    ("roles", "roleType"): "primary secondary",
    ("roles", "role"): "aide counselor districtAdministrator guardian parent principal proctor relative "
                       "siteAdministrator student systemAdministrator teacher",
    ("users", "enabledUser"): "true false",
}  # fmt: skip
REFERENCES = {
    ("academicSessions", "parentSourcedId"): "academicSessions",
    ("classes", "courseSourcedId"): "courses",
    ("classes", "schoolSourcedId"): "orgs",
    ("classes", "termSourcedIds"): "academicSessions",
    ("courses", "orgSourcedId"): "orgs",
    ("courses", "schoolYearSourcedId"): "academicSessions",
    ("demographics", "sourcedId"): "users",
    ("enrollments", "classSourcedId"): "classes",
    ("enrollments", "schoolSourcedId"): "orgs",
    ("enrollments", "userSourcedId"): "users",
    ("orgs", "parentSourcedId"): "orgs",
    ("roles", "orgSourcedId"): "orgs",
    ("roles", "userSourcedId"): "users",
    ("users", "agentSourcedIds"): "users",
    ("users", "primaryOrgSourcedId"): "orgs",
}
DATES = ("startDate", "endDate", "beginDate", "birthDate")
MANIFEST = (
    "academicSessions categories classes classResources courses courseResources demographics enrollments "
    "lineItemLearningObjectiveIds lineItems lineItemScoreScales orgs resources resultLearningObjectiveIds results "
    "resultScoreScales roles scoreScales userProfiles userResources users"
).split()
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)?")
_ID = re.compile(r"[A-Za-z0-9._/@-]{1,255}")


def violations(data: bytes) -> list[str]:
    """Everything in which a zip is no valid bulk set; [] for a valid one."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        texts = {info.filename: archive.read(info).decode("utf-8") for info in archive.infolist()}
    wrong = [f"{name}: not a file of the binding" for name in texts if name.removesuffix(".csv") not in _names()]
    wrong += [f"{name}: line ends" for name, text in texts.items() if "\n" in text.replace("\r\n", "")]
    rows = {name.removesuffix(".csv"): list(csv.reader(io.StringIO(text, newline=""))) for name, text in texts.items()}
    wrong += _manifest(rows.pop("manifest", []), set(rows))
    tables = {name: _table(name, found, wrong) for name, found in rows.items()}
    if wrong:
        return wrong  # what follows counts on files and columns
    ids = {name: {row["sourcedId"] for row in table} for name, table in tables.items()}
    for name, table in tables.items():
        for number, row in enumerate(table, 2):
            wrong += [f"{name} {number}: {fault}" for fault in _row(name, row, ids)]
        if len(ids[name]) < len(table):
            wrong.append(f"{name}: a sourcedId twice")
    return wrong + _whole(tables)


def _names() -> set[str]:
    return {"manifest", *HEADERS}


def _manifest(rows: list[list[str]], files: set[str]) -> list[str]:
    if not rows or rows[0] != ["propertyName", "value"]:
        return ["manifest: header"]
    said = dict(rows[1:])
    wrong = [f"manifest: {name}" for name, value in (("manifest.version", "1.0"), ("oneroster.version", "1.2"))
             if said.get(name) != value]  # fmt: skip
    for name in MANIFEST:
        if said.get(f"file.{name}") != ("bulk" if name in files else "absent"):
            wrong.append(f"manifest: file.{name} is {said.get(f'file.{name}')}")
    return wrong


def _table(name: str, rows: list[list[str]], wrong: list[str]) -> list[dict[str, str]]:
    header, columns = rows[0], HEADERS[name].split(",")
    if header[: len(columns)] != columns or not all(extra.startswith("metadata.") for extra in header[len(columns) :]):
        wrong.append(f"{name}: header {header}")
    wrong += [f"{name}: {len(row)} fields in a row" for row in rows[1:] if len(row) != len(header)]
    return [dict(zip(header, row, strict=False)) for row in rows[1:]]


def _row(name: str, row: dict[str, str], ids: dict[str, set[str]]) -> list[str]:
    wrong = [f"{column} is empty" for column in ("sourcedId", *REQUIRED[name].split()) if not row[column]]
    wrong += ["status in a bulk file"] if row["status"] or row["dateLastModified"] else []
    wrong += [] if _ID.fullmatch(row["sourcedId"]) else ["sourcedId"]
    for column in [column for file, column in WORDS if file == name and row.get(column)]:
        wrong += [] if row[column] in WORDS[name, column].split() else [f"{column}: {row[column]}"]
    for column in [column for file, column in REFERENCES if file == name and row.get(column)]:
        values = row[column].split(",") if column.endswith("Ids") else [row[column]]
        wrong += [f"{column}: {value}" for value in values if value not in ids[REFERENCES[name, column]]]
    for column in DATES:
        wrong += [] if _DAY.fullmatch(row.get(column, "")) else [f"{column}: {row[column]}"]
    if row.get("endDate") and row.get("startDate", row.get("beginDate")) >= row["endDate"]:
        wrong.append("ends before it begins (the end is the first day after)")
    wrong += [f"grades: {row['grades']}"] if not re.fullmatch(r"(\d\d(,\d\d)*)?", row.get("grades", "")) else []
    wrong += [f"year: {row['schoolYear']}"] if not re.fullmatch(r"\d{4}", row.get("schoolYear", "2026")) else []
    return wrong


def _whole(tables: dict[str, list[dict[str, str]]]) -> list[str]:
    """Across rows: unique names to sign in, one primary role for everybody, one lead at most, agents both ways."""
    users, roles = tables["users"], tables["roles"]
    primary = [row["userSourcedId"] for row in roles if row["roleType"] == "primary"]
    wrong = ["usernames"] if len({row["username"] for row in users}) < len(users) else []
    wrong += ["primary roles"] if sorted(primary) != sorted(row["sourcedId"] for row in users) else []
    scheduled = {row["sourcedId"] for row in tables["classes"] if row["classType"] == "scheduled"}
    leading = [row["classSourcedId"] for row in tables["enrollments"] if row["primary"] == "true"]
    leading = [id for id in leading if id in scheduled]
    wrong += ["two leading teachers"] if len(leading) > len(set(leading)) else []
    agents = {row["sourcedId"]: set(filter(None, row["agentSourcedIds"].split(","))) for row in users}
    wrong += ["agents"] if any(user not in agents[other] for user in agents for other in agents[user]) else []
    taught = {row["userSourcedId"] for row in tables["enrollments"] if row["primary"]}
    return wrong + (["primary of a student"] if taught & {row["userSourcedId"] for row in roles
                                                          if row["role"] == "student"} else [])  # fmt: skip
