"""The OneRoster 1.2 CSV binding as data: files, columns in their order, what is required, and the enumerations.

Source: 1EdTech OneRoster: CSV Binding 1.2.1 (Final Release, 22 August 2023),
https://www.imsglobal.org/spec/oneroster/v1p2/bind/csv. ``endDate`` is the first day after (exclusive) there.
"""

from dataclasses import dataclass

_HEAD = ("sourcedId", "status", "dateLastModified")
OURS = "metadata.korablik."  # the binding lets a set carry columns of its own after its last one, as metadata.*


@dataclass(frozen=True)
class FileSpec:
    """A file of the set: all ``columns`` in the order of the binding, and those that must have a value."""

    columns: tuple[str, ...]
    required: tuple[str, ...]


FILES: dict[str, FileSpec] = {
    "academicSessions": FileSpec(
        (*_HEAD, "title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"),
        ("sourcedId", "title", "type", "startDate", "endDate", "schoolYear"),
    ),
    "classes": FileSpec(
        (*_HEAD, "title", "grades", "courseSourcedId", "classCode", "classType", "location", "schoolSourcedId",
         "termSourcedIds", "subjects", "subjectCodes", "periods"),
        ("sourcedId", "title", "courseSourcedId", "classType", "schoolSourcedId", "termSourcedIds"),
    ),
    "courses": FileSpec(
        (*_HEAD, "schoolYearSourcedId", "title", "courseCode", "grades", "orgSourcedId", "subjects", "subjectCodes"),
        ("sourcedId", "title", "orgSourcedId"),
    ),
    "demographics": FileSpec(
        (*_HEAD, "birthDate", "sex", "americanIndianOrAlaskaNative", "asian", "blackOrAfricanAmerican",
         "nativeHawaiianOrOtherPacificIslander", "white", "demographicRaceTwoOrMoreRaces",
         "hispanicOrLatinoEthnicity", "countryOfBirthCode", "stateOfBirthAbbreviation", "cityOfBirth",
         "publicSchoolResidenceStatus"),
        ("sourcedId",),
    ),
    "enrollments": FileSpec(
        (*_HEAD, "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate", "endDate"),
        ("sourcedId", "classSourcedId", "schoolSourcedId", "userSourcedId", "role"),
    ),
    "orgs": FileSpec(
        (*_HEAD, "name", "type", "identifier", "parentSourcedId"),
        ("sourcedId", "name", "type"),
    ),
    "roles": FileSpec(
        (*_HEAD, "userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId", "userProfileSourcedId"),
        ("sourcedId", "userSourcedId", "roleType", "role", "orgSourcedId"),
    ),
    "users": FileSpec(
        (*_HEAD, "enabledUser", "username", "userIds", "givenName", "familyName", "middleName", "identifier", "email",
         "sms", "phone", "agentSourcedIds", "grades", "password", "userMasterIdentifier", "resourceSourcedIds",
         "preferredGivenName", "preferredMiddleName", "preferredFamilyName", "primaryOrgSourcedId", "pronouns"),
        ("sourcedId", "enabledUser", "username", "givenName", "familyName"),
    ),
}  # fmt: skip

# Every file that a manifest must speak of; those without a FileSpec hold results and resources, which a roster lacks.
MANIFEST_FILES = (
    "academicSessions", "categories", "classes", "classResources", "courses", "courseResources", "demographics",
    "enrollments", "lineItemLearningObjectiveIds", "lineItems", "lineItemScoreScales", "orgs", "resources",
    "resultLearningObjectiveIds", "results", "resultScoreScales", "roles", "scoreScales", "userProfiles",
    "userResources", "users",
)  # fmt: skip

SESSION_TYPES = ("gradingPeriod", "semester", "schoolYear", "term")
ORG_TYPES = ("department", "school", "district", "local", "state", "national")
CLASS_TYPES = ("homeroom", "scheduled")
ROLE_TYPES = ("primary", "secondary")
ENROLLMENT_ROLES = ("administrator", "proctor", "student", "teacher")
ROLES = (
    "aide", "counselor", "districtAdministrator", "guardian", "parent", "principal", "proctor", "relative",
    "siteAdministrator", "student", "systemAdministrator", "teacher",
)  # fmt: skip
FAMILY_ROLES = ("guardian", "parent", "relative")
SEXES = ("male", "female", "unspecified", "other")
