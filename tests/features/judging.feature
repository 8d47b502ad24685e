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
    Scenario Outline: A viability of the apheresis is compared as it was written
      Given "CMA-VIA-001" requires "≥ 90.0 %"
      When the batch record says "<written>"
      Then the criterion is <outcome>

      Examples:
        | written             | outcome |
        | 90.0                | met     |
        | 89.9999999999999999 | not met |
        | 89.9                | not met |

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
        | <80.0    | not evaluable |
        | <79.95   | not met       |

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

  Rule: a result is rounded as its method says before it is compared

    @URS-018
    Scenario Outline: A viability with one digit more than its limit
      Given "CQA-VIA-001" requires "≥ 80.0 %"
      When the laboratory reports "<reported>"
      Then the criterion is <outcome>
      And the reviewer reads "<words>"

      Examples:
        | reported | outcome | words                    |
        | 79.94    | not met | 79.94 %, rounded 79.9 %  |
        | 79.95    | met     | 79.95 %, rounded 80.0 %  |
        | 79.949   | not met | 79.949 %, rounded 79.9 % |

    @URS-018
    Scenario: A limit that must be stayed below is not rounded to
      Given "CQA-END-001" requires "< 5.0 EU/mL"
      When the laboratory reports "4.96"
      Then the criterion is met

  Rule: an alert limit is told and does not block

    @URS-019
    Scenario: Viability at harvest below its alert limit
      Given "IPC-VIA-004" requires "≥ 80.0 %"
      When the batch record says "83.4"
      Then the criterion is met
      And the reviewer is told "alert limit crossed"
      And nothing blocks

    @URS-019
    Scenario: A multiplicity of infection within its proven range and outside its normal one
      Given "CPP-MOI-001" requires "1.0 to 5.0"
      When the batch record says "3.4"
      Then the criterion is met
      And the reviewer is told "outside the normal operating range"
      And nothing blocks

    @URS-019
    Scenario: What fails is not told twice
      Given "IPC-VIA-004" requires "≥ 80.0 %"
      When the batch record says "79.0"
      Then the criterion is not met
      And the reviewer is not told "alert limit crossed"

    @URS-019
    Scenario: A result so close to its limit that the method cannot tell
      Given "CQA-VIA-001" requires "≥ 80.0 %"
      When the laboratory reports "81.5"
      Then the criterion is met
      And the reviewer is told "inside the guard band of its limit"
      And nothing blocks

  Rule: either of two assays shows potency

    @URS-020
    Scenario Outline: Interferon gamma or killing of target cells
      Given "CQA-POT-003" requires "≥ 1"
      When the laboratory reports "<gamma>" for "CQA-POT-001"
      And the laboratory reports "<killing>" for "CQA-POT-002"
      Then the criterion is <outcome>
      And the batch is <state> for its initial stage

      Examples:
        | gamma | killing  | outcome       | state      |
        | 612   | 68       | met           | ready      |
        | 40    | 68       | met           | ready      |
        | 612   | 40       | met           | ready      |
        | 40    | 40       | not met       | not ready  |
        | 612   | see note | met           | ready      |
        | 40    | see note | not evaluable | incomplete |

    @URS-020
    Scenario: The assay that failed is told beside the one that shows potency
      Given "CQA-POT-003" requires "≥ 1"
      When the laboratory reports "40" for "CQA-POT-001"
      And the laboratory reports "68" for "CQA-POT-002"
      Then the reviewer is told "alternative not met"
      And nothing blocks

  Rule: the window of the dose goes by the cohort of the patient

    @URS-021
    Scenario Outline: One dose, two cohorts
      Given the treatment order names the cohort "<cohort>"
      And "CQA-DOS-001" requires "<limit>"
      When the laboratory reports "300"
      Then the criterion is <outcome>

      Examples:
        | cohort         | limit          | outcome |
        | adult-lbcl     | 60 to 600 × 10⁶ | met     |
        | paediatric-all | ≤ 250 × 10⁶    | not met |

    @URS-021
    Scenario Outline: Without a known cohort there is no window
      Given the treatment order names the cohort "<cohort>"
      And "CQA-DOS-001" requires "60 to 600 × 10⁶ (cohort adult-lbcl); ≤ 250 × 10⁶ (cohort paediatric-all)"
      When the laboratory reports "184"
      Then the criterion is not evaluable
      And the reviewer reads "the cohort of this batch is not on record"
      And the batch is incomplete for its initial stage

      Examples:
        | cohort     |
        |            |
        | adult-mcl  |
        | Adult LBCL |

    @URS-021
    Scenario Outline: Cells per kilogram are asked for with children
      Given the treatment order names the cohort "<cohort>"
      And the treatment order says that the patient weighs "46.5"
      And "CQA-DOS-002" requires "0.5 to 5.0 × 10⁶/kg"
      When the laboratory reports a dose of "<dose>"
      Then the criterion is <outcome>

      Examples: 46.5 kg times 5.0 are 232.5, times 5.05 are 234.8
        | cohort         | dose | outcome        |
        | paediatric-all | 181  | met            |
        | paediatric-all | 234  | met            |
        | paediatric-all | 235  | not met        |
        | adult-lbcl     | 235  | not applicable |

  Rule: endotoxin is judged for the whole dose and the weight of the patient

    @URS-022
    Scenario Outline: Endotoxin times the volume of the dose, over the body weight
      Given the treatment order says that the patient weighs "<weight>"
      And the batch record says that the dose is "41.0"
      And "CQA-END-002" requires "< 5.0 EU/kg"
      When the laboratory reports an endotoxin of "<endotoxin>"
      Then the criterion is <outcome>

      Examples: 41.0 mL over 74.5 kg: 9.0 EU/mL are 4.953 EU/kg, 9.1 are 5.008
        | weight     | endotoxin | outcome       |
        | 74.5       | 0.18      | met           |
        | 74.5       | 9.0       | met           |
        | 74.5       | 9.1       | not met       |
        | 74.5       | <0.5      | met           |
        | 74.5       | <20       | not evaluable |
        | 10.0       | 1.3       | not met       |
        | not weighed | 0.18     | not evaluable |

    @URS-022
    Scenario: A body weight that nobody wrote down
      Given the batch record says that the dose is "41.0"
      And "CQA-END-002" requires "< 5.0 EU/kg"
      When the laboratory reports an endotoxin of "0.18"
      Then the criterion is missing

  Rule: a reading before the test has ended is enough for the initial stage alone

    @URS-023
    Scenario Outline: Sterility that is still running
      Given "<criterion>" requires "<limit>"
      When the laboratory reports "<reported>"
      Then the criterion is <outcome>

      Examples: the initial stage
        | criterion   | limit                                                   | reported                 | outcome       |
        | CQA-STE-002 | “No growth” or “Negative to date” on day 7 or later     | Negative to date, day 6  | pending       |
        | CQA-STE-002 | “No growth” or “Negative to date” on day 7 or later     | Negative to date, day 7  | met           |
        | CQA-STE-002 | “No growth” or “Negative to date” on day 7 or later     | Negative to date         | pending       |
        | CQA-STE-002 | “No growth” or “Negative to date” on day 7 or later     | Growth                   | not met       |
        | CQA-STE-002 | “No growth” or “Negative to date” on day 7 or later     | Cloudy                   | not evaluable |
        | CQA-MYC-002 | “Not detected” or “Negative to date” on day 10 or later | Negative to date, day 10 | met           |

      Examples: the final stage
        | criterion   | limit          | reported                 | outcome |
        | CQA-STE-001 | “No growth”    | Negative to date, day 10 | pending |
        | CQA-STE-001 | “No growth”    | No growth                | met     |
        | CQA-MYC-001 | “Not detected” | Negative to date, day 27 | pending |

    @URS-023
    Scenario: Growth after the product was certified
      Given "CQA-STE-001" requires "“No growth”"
      When the laboratory reports "Growth"
      Then the reviewer reads "If the product was given already, the physician is told at once"

  Rule: words that stand for numbers are the method's own

    @URS-024
    Scenario: Beads too numerous to count
      Given "CQA-BEA-001" requires "< 100 beads per 3·10⁶ cells"
      When the laboratory reports "TNTC"
      Then the criterion is not met
      And the reviewer reads "TNTC beads per 3·10⁶ cells (which stands for >300 beads per 3·10⁶ cells)"

    @URS-024
    Scenario Outline: Above and below what the method can measure
      Given "<criterion>" requires "<limit>"
      When the laboratory reports "<reported>"
      Then the criterion is <outcome>

      Examples:
        | criterion   | limit       | reported | outcome       |
        | CQA-END-001 | < 5.0 EU/mL | <LOQ     | met           |
        | CQA-END-001 | < 5.0 EU/mL | > LOQ    | not met       |
        | CQA-POT-001 | > 50 pg/mL  | >LOQ     | met           |
        | CQA-VIA-001 | ≥ 80.0 %    | >LOQ     | not evaluable |

  Rule: nobody tests into conformity

    @URS-025
    Scenario: More retests than the method allows
      Given "CQA-VIA-001" requires "≥ 80.0 %"
      When the laboratory reports "84.1"
      And the laboratory retests it and reports "84.5"
      And the laboratory retests it and reports "85.5"
      Then the criterion is met
      And the reviewer is told "more retests than the method allows"
      And the batch is not ready for its initial stage

    @URS-025
    Scenario: A mean that hides a failing determination
      Given "CQA-VIA-001" requires "≥ 80.0 %"
      And its method reports the mean of 3 determinations
      When the laboratory reports "86.0"
      And the laboratory reports "85.0"
      And the laboratory reports "76.0"
      Then the criterion is met
      And the reviewer is told "averaging hides a failing result"
      And the batch is not ready for its initial stage

    @URS-025
    Scenario: A mean of fewer determinations than the method asks for
      Given "CQA-VIA-001" requires "≥ 80.0 %"
      And its method reports the mean of 3 determinations
      When the laboratory reports "86.0"
      And the laboratory reports "85.0"
      Then the criterion is not evaluable
      And the reviewer reads "2 of 3 replicates"

  Rule: no material is used after its expiry

    @URS-026
    Scenario Outline: The lots of the activation
      Given "CMA-EXP-002" requires "≥ 0 d"
      When the activation started at "2026-03-02T10:00:00+01:00"
      And its lots expire at
        | lot        | expiry                    |
        | AB-25-1550 | 2026-12-26T23:59:59+01:00 |
        | I-25-3820  | <expiry>                  |
      Then the criterion is <outcome>

      Examples:
        | expiry                    | outcome       |
        | 2027-07-09T23:59:59+01:00 | met           |
        | 2026-03-02T10:00:00+01:00 | met           |
        | 2026-03-01T23:59:59+01:00 | not met       |
        | n/a                       | not evaluable |
