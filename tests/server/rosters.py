"""OneRoster sets for tests: the samples' folders as zips, small sets with one thing changed, and their records."""

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = {
    "village": ROOT / "content" / "village",
    **{name: ROOT / "tests" / "data" / name for name in ("town", "kazakh", "dirty")},
}
Files = dict[str, str]

# A class of two students with a parent, a teacher and one subject.
SMALL: Files = {
    "manifest": "propertyName,value\nmanifest.version,1.0\noneroster.version,1.2\nfile.users,bulk\n",
    "orgs": "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\ns1,,,Лесная школа,school,,\n",
    "academicSessions": "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear\n"
                        "y,,,2026/27,schoolYear,2026-09-01,2027-05-25,,2027\n"
                        "q1,,,1 четверть,gradingPeriod,2026-09-01,2026-10-25,y,2027\n",
    "courses": "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,"
               "subjectCodes\nc1,,,y,\"Физика, 7 класс\",Физ.,07,s1,,\n",
    "classes": "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,"
               "schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods\n"
               "h1,,,7А,07,c1,7А,homeroom,,s1,y,,,\nk1,,,7А: Физика,07,c1,,scheduled,,s1,\"q1\",,,\n",
    "users": "sourcedId,enabledUser,username,givenName,familyName,middleName,email,sms,agentSourcedIds\n"
             "u1,true,u1,Пётр,Листов,Ильич,,,p1\nu2,true,u2,Вера,Корнева,,,,\n"
             "p1,true,p1,Анна,Листова,Юрьевна,anna@example.org,8 999 000-10-10,u1\n"
             "t1,true,t1,Анна,Веслова,,t1@example.org,,\n",
    "roles": "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,"
             "userProfileSourcedId\nr1,,,u1,primary,student,,,s1,\nr2,,,u2,primary,student,,,s1,\n"
             "r3,,,p1,primary,parent,,,s1,\nr4,,,t1,primary,teacher,,,s1,\n",
    "enrollments": "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,"
                   "beginDate,endDate\ne1,,,h1,s1,u1,student,,,\ne2,,,h1,s1,u2,student,,,\n"
                   "e3,,,h1,s1,t1,teacher,true,,\ne4,,,k1,s1,u1,student,,,\ne5,,,k1,s1,u2,student,,,\n"
                   "e6,,,k1,s1,t1,teacher,true,,\n",
}  # fmt: skip


def files_of(name: str) -> Files:
    """The files of a sample's set by name without ending: ``files_of("village")["users"]``."""
    folder = FOLDERS[name] / "oneroster"
    return {path.stem: path.read_bytes().decode("utf-8-sig") for path in sorted(folder.glob("*.csv"))}


def packed(files: dict[str, str | bytes], folder: str = "") -> bytes:
    """A zip of CSV files, given without their ending."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"{folder}{name}.csv", content)
    return out.getvalue()


def sample(name: str) -> bytes:
    """A sample's set as one zip."""
    return packed(files_of(name))


def records(data: bytes) -> dict[str, list[dict[str, str]]]:
    """The records of every file of a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        texts = {info.filename.removesuffix(".csv"): archive.read(info).decode() for info in archive.infolist()}
    return {name: list(csv.DictReader(io.StringIO(text, newline=""))) for name, text in texts.items()}


def changed(files: Files, name: str, change: Callable[[str], str]) -> Files:
    """The files with one of them changed."""
    return {**files, name: change(files[name])}
