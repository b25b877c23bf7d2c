package io.wardroom.purple.intel;

/// That a feed's entry is about a technique.
///
/// @param technique the technique's public id, as the source spells it
/// @param rule      how that is known: CTID's `exploitation_technique`, `primary_impact` or `secondary_impact`;
///     `attack` where ATT&CK's own words name the vulnerability; `named` where the entry names the technique
record Meeting(String technique, String rule) {
    static final String BY_ATTACK = "attack";
    static final String NAMED = "named";
}
