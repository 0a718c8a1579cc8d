"""Gives each rule of docs/threat-model.md a switch, in a copy of the sources: mutate.py COPY. Prints the names of the rules."""

import pathlib
import sys

S, R, G, V = ("OffsiteStore/" + folder for folder in ("Storage", "Repository", "GarbageCollection", "Service"))
A = "StoreAgent/Agent"
# Name, file, what is there, what takes its place; OUT is true where the rule is left out.
RULES = [
    # 1: it takes nothing away.
    ("forget", "OffsiteStore/Retention/DirectoryStore+Forget",
     'try rights.check("forget", "job \\(job)")', 'if !OUT { try rights.check("forget", "job \\(job)") }'),
    ("collect", f"{G}/DirectoryStore+Collect",
     'try rights.check("collect", "job \\(job)")', 'if !OUT { try rights.check("collect", "job \\(job)") }'),
    # 2: a frame has one content.
    ("index-admission", f"{S}/DirectoryUpload", "if kind == .index, store.isServed {",
     "if kind == .index, store.isServed, !OUT {"),
    ("index-footer", f"{V}/IndexAdmission",
     "guard let footer = try footer(of: pack, length, points), footer.encoded == bytes else {",
     "guard let footer = try OUT ? (try? PackFooter(parsing: bytes, packBytes: length)) : "
     "footer(of: pack, length, points), OUT || footer.encoded == bytes else {"),
    ("index-known-frames", f"{V}/IndexAdmission", "if !batch.isEmpty { try compareWithKnown",
     "if !batch.isEmpty, !OUT { try compareWithKnown"),
    ("frame-content", f"{V}/IndexAdmission", "return new.agrees(with: known)",
     "return OUT || new.agrees(with: known)"),
    ("unindexed-pack", f"{R}/FrameIndex", "guard pack.isIndexed || !other.isIndexed else",
     "guard OUT || pack.isIndexed || !other.isIndexed else"),
    # 3: differing copies are named.
    ("name-copies", f"{V}/StoreCheck+Copies", "guard try !store.agree(",
     "guard try OUT ? false : !store.agree("),
    ("collect-copies", f"{G}/LiveSet", "for copy in copies where try !store.agree(",
     "for copy in copies where try OUT ? false : !store.agree("),
    # 4: a commit needs the push lock, and so does an index.
    ("commit-lock", f"{V}/DirectoryStore+Commit", "guard !isServed || holdsPushLock(job) else",
     "guard OUT || !isServed || holdsPushLock(job) else"),
    ("index-lock", f"{V}/IndexAdmission", "guard store.holdsPushLock(job) || store.isCollecting else",
     "guard OUT || store.holdsPushLock(job) || store.isCollecting else"),
    # 5: the lock does not stay with a silent session.
    ("silence", f"{A}/Agent", "guard !store.holdsPushLocks || now", "guard OUT || !store.holdsPushLocks || now"),
    ("idle", f"{A}/Agent", "guard now - lastAsked", "guard OUT || now - lastAsked"),
    # 6: the owner's marks are the owner's.
    ("marks", f"{V}/DirectoryStore+Notes", "try rights.check(id.kind, key.path)",
     "if !OUT { try rights.check(id.kind, key.path) }"),
    ("adopt", f"{A}/Agent+Requests", "if id.kind == .adopted {", "if !OUT, id.kind == .adopted {"),
    # 7: numbers of notes are not used up.
    ("note-number", f"{V}/DirectoryStore+Notes", "guard id.number <= newest + 1 else",
     "guard OUT || id.number <= newest + 1 else"),
    ("proof-of-no-point", f"{V}/DirectoryStore+Notes", "try length(of: .point(job, id.number)) != nil",
     "try OUT ? true : length(of: .point(job, id.number)) != nil"),
    # 8: sizes are bounded.
    ("jobs", f"{S}/DirectoryStore+Layout", "if isServed, try jobs().count", "if !OUT, isServed, try jobs().count"),
    ("notes", f"{V}/DirectoryStore+Notes", "guard ids.count < StoreLimits", "guard OUT || ids.count < StoreLimits"),
    ("object-bytes", f"{S}/DirectoryUpload", "guard offset + bytes.count <= kind",
     "guard OUT || offset + bytes.count <= kind"),
    ("packs-and-frames", f"{V}/IndexAdmission",
     "guard packs.count <= StoreLimits.packsOfAJob, frames <= StoreLimits.framesOfAJob else",
     "guard OUT || packs.count <= StoreLimits.packsOfAJob, OUT || frames <= StoreLimits.framesOfAJob else"),
    ("quota", f"{S}/QuotaStore", "guard byteCount <= left else", "guard OUT || byteCount <= left else"),
    ("quota-of-all", f"{S}/QuotaStore", "guard found <= limit else", "guard OUT || found <= limit else"),
    ("quota-of-notes", f"{S}/QuotaStore", "guard known + note.count <=", "guard OUT || known + note.count <="),
    # 9: descriptors are bounded.
    ("shared-locks", f"{S}/DirectoryStore+Layout", "if isServed { letGoOfOldest(job) }",
     "if isServed, !OUT { letGoOfOldest(job) }"),
    ("push-locks", f"{S}/DirectoryStore", "guard !isServed || locks.count <",
     "guard OUT || !isServed || locks.count <"),
    # 10: indexes that say nothing are collected.
    ("useless-indexes", f"{G}/Collection+Indexes", "if try isUseless(", "if try OUT ? false : isUseless("),
    # 11: a point has a map.
    ("map", f"{V}/DirectoryStore+Commit",
     "try MapAdmission(self, points, key).check(point, after: newestUndamaged)",
     "if !OUT { try MapAdmission(self, points, key).check(point, after: newestUndamaged) }"),
    ("map-cover", f"{V}/MapAdmission", "if let gap = try firstGap", "if !OUT, let gap = try firstGap"),
    ("map-name", f"{V}/MapAdmission", "guard found.name == segment.name else",
     "guard OUT || found.name == segment.name else"),
    ("map-records", f"{V}/MapAdmission", "guard store.isServed else { return }",
     "guard store.isServed, !OUT else { return }"),
    ("map-of-unindexed", f"{V}/MapAdmission", "guard !locations.lacksIndexes else",
     "guard !OUT, !locations.lacksIndexes else"),
]

SWITCH = """internal import Platform

package func isLeftOut(_ rule: String) -> Bool { leftOut == rule }
private let leftOut = HostEnvironment().value("HYBRIDREP_MUTANT")
"""

sources = pathlib.Path(sys.argv[1]) / "Sources"
(sources / "OffsiteStore/Mutant.swift").write_text(SWITCH)
for name, file, old, new in RULES:
    path = sources / f"{file}.swift"
    text = path.read_text()
    if text.count(old) != 1:
        sys.exit(f"mutants: {file} has {text.count(old)} times what the rule {name} needs once: {old}")
    path.write_text(text.replace(old, new.replace("OUT", f'isLeftOut("{name}")')))
print(*(rule[0] for rule in RULES))
