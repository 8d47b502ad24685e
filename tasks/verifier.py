"""Check a sealed package, or the proof of one value, offline: this one file and `cryptography`.

    python verify.py [PACKAGE folder or zip | PROOF file] [--trust FILE] [--checkpoint FILE]
                     [--log FOLDER] [--json]

Exit code 0: no findings; 1: findings; 2: not used as above. A package carries a copy of this file
as `verify.py`; an auditor should take theirs from elsewhere. It imports nothing of Batchproof.
Everything found is told, not only the first thing, and what was not checked is told too.

1.  container: plain files inside one folder or one zip; nothing leads out, nothing is larger than
    it declares, no name stands there twice; nothing is unpacked to disk;
2.  manifest: one spelling (RFC 8785, duplicate names refused), this format; checksum and root
    follow from what it says (root: RFC 6962 tree over 13 tables' heads);
3.  members: each is there with its size and SHA-256; a capture is named by its own;
4.  nothing else is there;
5.  tables: each line is in its one spelling, quoted bytes lie in their capture, and salted leaves
    make the head that the manifest names; the readings' index makes the readings' head;
6.  captures: each record has its member and each member its record; size and chunk tree are right;
7.  salt: the seed of all salts follows from the captured bytes;
8.  seal: DSSE envelope of an in-toto statement about this root, manifest, batch, stage and
    evaluation, signed by a key that is trusted for seals at the time that others attest;
9.  time: RFC 3161 response over the seal's bytes, by a certificate for time stamping alone whose
    chain ends at a trusted authority and was valid then; not before the judging;
10. log: the seal's bytes are in the evaluation log (C2SP tlog-proof), whose checkpoint is signed by
    a trusted log and co-signed by every trusted witness;
11. history: every evaluation of the batch is in that log, numbered 1..n, its captures logged before
    its intent, its intent before its result; this package is evaluation k of n;
12. memory: the log continues the checkpoint you saw last (--checkpoint), and its tiles (--log) hold
    no evaluation of this batch that the package does not tell;
13. proof: the record of one value leads to the root that the seal names (proof files only).

A PROOF FILE is UTF-8 text, at most 16 KiB, of one value; its lines end with one line feed:

    batchproof-proof/1
    {one canonical JSON object (RFC 8785)}
    {a C2SP tlog-proof@v1, verbatim as in seal/seal.tlog-proof: its lines, up to the end}

Members of the object, all of them needed (base64 is standard, without padding):

    bytes    base64 of the captured bytes that the item quotes ("" when it quotes none)
    index    0-based number of the leaf in its table
    item     the record: a line of a JSON table as it stands there; for table "readings"
             {"capture","characteristic","equipment","length","number","offset","status","tag",
             "time","unit","value"}: time = nanoseconds since 1970 UTC as decimal text, value = the
             IEEE 754 double as 16 lower-case hex digits, number = the same as Python's repr writes
             it ("37.2", "nan", "inf"); length, offset and status are integers
    path     base64 of sibling hashes (32 bytes each, from the leaf up): first the inclusion path
             of the leaf in its table's tree (length follows from index and records), then that of
             the table's head among the 13 top leaves (length follows from the table's ordinal)
    records  how many records the table has
    salt     base64 of the leaf's 16 bytes of salt
    seal     {"predicate","signatures","subject"}: predicate and signatures exactly as in the
             statement and the envelope of seal/seal.json, subject = the statement's subject name
             ("BATCH/stage/evaluation"). With the root that the path leads to they give the bytes of
             seal.json again, which the log proof is about: nothing of the seal is left out.
    table    the table's name

The envelope is built again in its one spelling, so a changed root, predicate, subject or signature
is another envelope that was neither signed nor logged. The time of a proof is its witness's.
"""
