PRAGMA user_version = 6;
PRAGMA application_id = 1164789570;
BEGIN TRANSACTION;
CREATE TABLE drafts (
    student TEXT PRIMARY KEY, run INTEGER REFERENCES runs, keys TEXT NOT NULL REFERENCES keys,
    result TEXT NOT NULL
);
INSERT INTO "drafts" VALUES('bool',1,'701ffbdc57178182312902c844a2292900087d444c7521273ac95b55245a54f6','{"student": "bool", "status": "needs marking", "digest": "d", "possible": 9.0, "questions": [{"id": "doubling", "possible": 4.0, "points": 2.0, "note": "", "cases": [{"title": "`double` gives twice the ids.", "hidden": false, "points": 2.0, "outcome": "passed", "message": "", "hint": "", "untrusted": "", "carried": []}, {"title": "It takes none.", "hidden": true, "points": 2.0, "outcome": "failed", "message": "got 3", "hint": "Twice is asked for.", "untrusted": "", "carried": []}], "answer": ""}, {"id": "why", "possible": 5.0, "points": null, "note": "", "cases": [], "answer": "Because it is learned."}], "notes": [], "fault": "", "unconfined": false, "retry_alone": false, "seconds": null}');
CREATE TABLE files (digest TEXT PRIMARY KEY, code BLOB, answers BLOB);
INSERT INTO "files" VALUES('e3b2bc48acf20f9b0aaa2166891910e0d603c5fdf3c1fcddf34bde8e78b0718f',X'789C4B494D5348C92F4DCA49D5C8D3B4E2520082A2D492D2A23C0523052D853C2E00A4470922',X'789C535670CC2B2E4F2D2AE6020010710331');
CREATE TABLE keys (digest TEXT PRIMARY KEY, keys TEXT NOT NULL);
INSERT INTO "keys" VALUES('701ffbdc57178182312902c844a2292900087d444c7521273ac95b55245a54f6','{"doubling": {"points": "4", "tests": "1111111111111111"}, "why": {"points": "5", "prompts": "2222222222222222"}}');
CREATE TABLE marks (
    id INTEGER PRIMARY KEY, saved TEXT NOT NULL, student TEXT NOT NULL, question TEXT NOT NULL,
    answer TEXT NOT NULL, mark TEXT NOT NULL, source TEXT NOT NULL
);
INSERT INTO "marks" VALUES(1,'2026-11-29T20:19:15.825324+00:00','bool','why','0a4e089fcc810365281a87080d9400064ab680eade4fe42210d8bd27fadf9c51','{"student": "bool", "question": "why", "answer": "0a4e089fcc810365281a87080d9400064ab680eade4fe42210d8bd27fadf9c51", "points": 4.0, "possible": 5.0, "items": [{"id": "reason", "text": "Says why.", "points": 4.0, "possible": 5.0}], "comment": "Good."}','sheet.csv');
CREATE TABLE origins (
    id INTEGER PRIMARY KEY, saved TEXT NOT NULL, student TEXT NOT NULL, origin TEXT NOT NULL
);
INSERT INTO "origins" VALUES(1,'2026-11-29T20:19:15.822952+00:00','lovelaceada_101','{"layout": "canvas", "upload": "lovelaceada_101_202_embeddings.py", "members": [{"id": "101", "name": "Lovelace, Ada", "email": "ada@example.org", "is_rosters": false}], "late": true, "submitted": "2026-11-01T10:00:00", "others": ["lovelaceada_101_200_embeddings.py"]}');
CREATE TABLE pseudonyms (student TEXT PRIMARY KEY, pseudonym TEXT NOT NULL UNIQUE);
INSERT INTO "pseudonyms" VALUES('bool','anon-sqvvh');
CREATE TABLE results (
    id INTEGER PRIMARY KEY, run INTEGER REFERENCES runs, saved TEXT NOT NULL, student TEXT NOT NULL,
    digest TEXT NOT NULL, status TEXT NOT NULL, result TEXT NOT NULL
, keys TEXT REFERENCES keys, notes TEXT, set_aside TEXT, seconds REAL);
INSERT INTO "results" VALUES(1,1,'2026-11-29T20:19:15.822991+00:00','lovelaceada_101','e3b2bc48acf20f9b0aaa2166891910e0d603c5fdf3c1fcddf34bde8e78b0718f','needs marking','{"student": "lovelaceada_101", "status": "needs marking", "digest": "e3b2bc48acf20f9b0aaa2166891910e0d603c5fdf3c1fcddf34bde8e78b0718f", "possible": 9.0, "questions": [{"id": "doubling", "possible": 4.0, "points": 2.0, "note": "", "cases": [{"title": "`double` gives twice the ids.", "hidden": false, "points": 2.0, "outcome": "passed", "message": "", "hint": "", "untrusted": "", "carried": []}, {"title": "It takes none.", "hidden": true, "points": 2.0, "outcome": "failed", "message": "got 3", "hint": "Twice is asked for.", "untrusted": "", "carried": []}], "answer": ""}, {"id": "why", "possible": 5.0, "points": null, "note": "", "cases": [], "answer": "Because it is learned."}], "notes": [], "fault": "", "unconfined": false, "retry_alone": false}','701ffbdc57178182312902c844a2292900087d444c7521273ac95b55245a54f6','["The file was called x.py."]',NULL,NULL);
INSERT INTO "results" VALUES(2,1,'2026-11-29T20:19:15.823896+00:00','gone','e3b2bc48acf20f9b0aaa2166891910e0d603c5fdf3c1fcddf34bde8e78b0718f','needs marking','{"student": "gone", "status": "needs marking", "digest": "e3b2bc48acf20f9b0aaa2166891910e0d603c5fdf3c1fcddf34bde8e78b0718f", "possible": 9.0, "questions": [{"id": "doubling", "possible": 4.0, "points": 2.0, "note": "", "cases": [{"title": "`double` gives twice the ids.", "hidden": false, "points": 2.0, "outcome": "passed", "message": "", "hint": "", "untrusted": "", "carried": []}, {"title": "It takes none.", "hidden": true, "points": 2.0, "outcome": "failed", "message": "got 3", "hint": "Twice is asked for.", "untrusted": "", "carried": []}], "answer": ""}, {"id": "why", "possible": 5.0, "points": null, "note": "", "cases": [], "answer": "Because it is learned."}], "notes": [], "fault": "", "unconfined": false, "retry_alone": false}','701ffbdc57178182312902c844a2292900087d444c7521273ac95b55245a54f6','["The file was called x.py."]',NULL,NULL);
INSERT INTO "results" VALUES(3,1,'2026-11-29T20:19:15.824488+00:00','bool','e3b2bc48acf20f9b0aaa2166891910e0d603c5fdf3c1fcddf34bde8e78b0718f','needs marking','{"student": "bool", "status": "needs marking", "digest": "e3b2bc48acf20f9b0aaa2166891910e0d603c5fdf3c1fcddf34bde8e78b0718f", "possible": 9.0, "questions": [{"id": "doubling", "possible": 4.0, "points": 2.0, "note": "", "cases": [{"title": "`double` gives twice the ids.", "hidden": false, "points": 2.0, "outcome": "passed", "message": "", "hint": "", "untrusted": "", "carried": []}, {"title": "It takes none.", "hidden": true, "points": 2.0, "outcome": "failed", "message": "got 3", "hint": "Twice is asked for.", "untrusted": "", "carried": []}], "answer": ""}, {"id": "why", "possible": 5.0, "points": null, "note": "", "cases": [], "answer": "Because it is learned."}], "notes": [], "fault": "", "unconfined": false, "retry_alone": false}','701ffbdc57178182312902c844a2292900087d444c7521273ac95b55245a54f6','["The file was called x.py."]',NULL,NULL);
CREATE TABLE runs (
    id INTEGER PRIMARY KEY, started TEXT NOT NULL, submissions TEXT NOT NULL, workers INTEGER,
    wall TEXT NOT NULL
);
INSERT INTO "runs" VALUES(1,'2026-11-29T20:19:15.822097+00:00','week 1',2,'tier 1: a wall');
CREATE TABLE sheet_rows (
    row TEXT PRIMARY KEY, question TEXT NOT NULL, answer TEXT NOT NULL, shown TEXT NOT NULL
);
INSERT INTO "sheet_rows" VALUES('r1','why','0a4e089fcc810365281a87080d9400064ab680eade4fe42210d8bd27fadf9c51','[["bool", "anon-x"]]');
CREATE TABLE standings (
    id INTEGER PRIMARY KEY, saved TEXT NOT NULL, student TEXT NOT NULL, counts INTEGER NOT NULL,
    instead TEXT NOT NULL
);
INSERT INTO "standings" VALUES(1,'2026-11-29T20:19:15.825027+00:00','gone',0,'bool');
CREATE INDEX results_by_student ON results (student, id);
CREATE INDEX origins_by_student ON origins (student, id);
CREATE INDEX marks_by_answer ON marks (student, question, answer, id);
COMMIT;
