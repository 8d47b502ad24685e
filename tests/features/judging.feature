Feature: Judging results against the control strategy
  The control strategy says what must hold. Only a result that is known and that meets its
  criterion speaks for the batch. People release; what is prepared for them is honest.

  Background:
    Given a batch whose manufacture started on 2026-03-02

  Rule: absence is not conformity

    @URS-011
    Scenario: A test that nobody did
      Given "CQA-RCL-001" requires "“Not detected”"
      When the laboratory reports nothing
      Then the criterion is missing
      And the reviewer reads "nothing was recorded"
      And the reviewer reads "QC laboratory owes it"
      And the batch is incomplete for its initial stage

    @URS-011
    Scenario: Only an invalidated result
      Given "CQA-END-001" requires "< 5.0 EU/mL"
      When the laboratory reports "0.21" and invalidates it
      Then the criterion is missing
      And the reviewer reads "only invalidated results"

    @URS-012
    Scenario Outline: A viability of the drug product on and beside its limit
      Given "CQA-VIA-001" requires "≥ 80.0 %"
      When the laboratory reports "<reported>"
      Then the criterion is <outcome>

      Examples: numbers
        | reported            | outcome |
        | 88.4                | met     |
        | 80.0                | met     |
        | 79.9                | not met |
        | 79.9999999999999999 | not met |

      Examples: what is not a number
        | reported | outcome       |
        | > LOQ    | not evaluable |
        | see note | not evaluable |
        | 88,4     | not evaluable |

    @URS-012
    Scenario: The right number in another unit
      Given "CQA-VIA-001" requires "≥ 80.0 %"
      When the laboratory reports "88.4" in "1"
      Then the criterion is not evaluable
      And the batch is incomplete for its initial stage

    @URS-012
    Scenario: One value among good ones that cannot be evaluated
      Given "IPC-VIA-002" requires "≥ 80.0 %"
      When the batch record says
        | day | viability |
        | 3   | 88.6      |
        | 5   | clotted   |
        | 7   | 93.4      |
      Then the criterion is not evaluable

  Rule: a passing retest never replaces a failing original

    @URS-013
    Scenario: The original fails and the retest passes
      Given "CQA-VIA-001" requires "≥ 80.0 %"
      When the laboratory reports "76.3"
      And the laboratory retests it and reports "84.1"
      Then the criterion is not met
      And the reviewer reads "76.3 %"
      And the reviewer reads "A retest gave 84.1 %; a retest never replaces a failing original"
      And the batch is not ready for its initial stage

    @URS-013
    Scenario: The original passes and the retest fails
      Given "CQA-VIA-001" requires "≥ 80.0 %"
      When the laboratory reports "84.1"
      And the laboratory retests it and reports "76.3"
      Then the criterion is not met

    @URS-013
    Scenario: Values are never averaged
      Given "IPC-VIA-002" requires "≥ 80.0 %"
      When the batch record says
        | day | viability |
        | 3   | 95.0      |
        | 5   | 79.9      |
        | 7   | 95.0      |
      Then the criterion is not met
      And the reviewer reads "1 of 3 values"

  Rule: a censored result is judged on its bound

    @URS-014
    Scenario Outline: Endotoxin below a detection limit
      Given "CQA-END-001" requires "< 5.0 EU/mL"
      When the laboratory reports "<reported>"
      Then the criterion is <outcome>

      Examples:
        | reported | outcome       |
        | <0.5     | met           |
        | < 0.5    | met           |
        | <5.0     | met           |
        | <5.1     | not evaluable |
        | >5.0     | not met       |
        | >4.9     | not evaluable |

    @URS-014
    Scenario Outline: Viability that is only bounded
      Given "CQA-VIA-001" requires "≥ 80.0 %"
      When the laboratory reports "<reported>"
      Then the criterion is <outcome>

      Examples:
        | reported | outcome       |
        | >80.0    | met           |
        | >79.9    | not evaluable |
        | <80.0    | not met       |
        | <80.1    | not evaluable |

  Rule: identity must agree

    @URS-015
    Scenario Outline: The chain of identity in both records
      Given "COI-REC-001" requires "equal in both records"
      When the batch record names "COI-7K4M-0004"
      And the drug product sample in the laboratory names "<sample>"
      Then the criterion is <outcome>

      Examples:
        | sample        | outcome |
        | COI-7K4M-0004 | met     |
        | COI-7K4M-0009 | not met |
        | coi-7k4m-0004 | not met |

    @URS-015
    Scenario: The reviewer reads both identities
      Given "COI-REC-001" requires "equal in both records"
      When the batch record names "COI-7K4M-0004"
      And the drug product sample in the laboratory names "COI-7K4M-0009"
      Then the reviewer reads "COI-7K4M-0004"
      And the reviewer reads "COI-7K4M-0009"
      And the batch is not ready for its initial stage

    @URS-015
    Scenario: One of two samples belongs to someone else
      Given "COI-REC-001" requires "equal in both records"
      When the batch record names "COI-7K4M-0004"
      And the drug product sample in the laboratory names "COI-7K4M-0004"
      And the drug product sample in the laboratory names "COI-7K4M-0009"
      Then the criterion is not met

    @URS-015
    Scenario: Only one record names anybody
      Given "COI-REC-001" requires "equal in both records"
      When the batch record names "COI-7K4M-0004"
      Then the criterion is missing

  Rule: what is not yet known is not yet met

    @URS-016
    Scenario: Sterility is still growing
      Given "CQA-STE-001" requires "“No growth”"
      When the laboratory announces a result that is "assigned"
      Then the criterion is pending
      And the reviewer reads "no final result yet"
      And the batch is incomplete for its final stage
      And sterility does not hold up the initial stage

    @URS-016
    Scenario: Sterility that shows growth counts at once
      Given "CQA-STE-001" requires "“No growth”"
      When the laboratory reports "Growth"
      Then the criterion is not met
      And the batch is not ready for its initial stage

    @URS-016
    Scenario: A repeat is under way beside a good result
      Given "CQA-VIA-001" requires "≥ 80.0 %"
      When the laboratory reports "88.4"
      And the laboratory announces a result that is "assigned"
      Then the criterion is pending

    @URS-016
    Scenario: A repeat is under way beside a bad result
      Given "CQA-VIA-001" requires "≥ 80.0 %"
      When the laboratory reports "76.3"
      And the laboratory announces a result that is "assigned"
      Then the criterion is not met

  Rule: the limit is the one in force when manufacture started

    @URS-017
    Scenario Outline: A limit that was tightened
      Given a batch whose manufacture started on <day>
      And "CQA-VIA-001" requires "<limit>"
      When the laboratory reports "<reported>"
      Then the criterion is <outcome>

      Examples:
        | day        | limit    | reported | outcome |
        | 2024-06-01 | ≥ 70.0 % | 75.0     | met     |
        | 2025-09-14 | ≥ 70.0 % | 75.0     | met     |
        | 2025-09-15 | ≥ 80.0 % | 75.0     | not met |
