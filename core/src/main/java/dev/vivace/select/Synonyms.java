package dev.vivace.select;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Words that stand for each other where people ask for tools: what they ask to buy is sold by a
 * shop. A small list of common English, in groups; a word may be in several.
 */
final class Synonyms {
    private static final String GROUPS =
            """
            buy purchase shop shopping order store product
            cheap discount deal coupon sale bargain
            price cost fare rate
            film movie cinema show
            song music track playlist album
            photo picture image snapshot
            draw paint illustration art artwork
            video clip youtube
            flight plane airline airport
            trip travel journey vacation holiday tour itinerary
            hotel accommodation lodging stay
            car vehicle automobile drive
            taxi cab ride
            bus train transit transport
            house home property apartment flat estate
            rent lease rental
            job career employment vacancy hiring
            resume cv
            weather forecast temperature rain snow
            stock share equity market
            invest investment portfolio financial finance
            crypto cryptocurrency bitcoin ethereum blockchain nft token
            money currency exchange dollar euro
            bank account balance payment pay transfer
            email mail message send
            calendar schedule appointment meeting event reserve book
            recipe cook meal dish ingredient food
            restaurant dining eat cuisine
            drink beverage coffee cocktail wine
            doctor physician medical health clinic
            therapist psychologist psychiatrist
            medicine drug pharmacy
            exercise workout fitness gym
            diet nutrition calorie
            paper article research study academic scholarly
            book novel read author
            news headline
            summary summarize abstract brief
            translate translation language
            learn study course lesson teach education tutor
            student school university college
            exam test quiz question
            write essay article draft
            rewrite paraphrase polish rephrase
            grammar proofread spelling
            code program programming software developer
            repository github git repo
            bug error issue defect
            database sql table query
            website site webpage web page url link
            domain dns
            search find lookup query locate retrieve browse
            create make generate build produce add new
            delete remove cancel erase clear
            update change modify edit alter set
            list enumerate view
            chart graph plot diagram visualize visualization
            data dataset statistics analytics
            calculate compute calculator math equation formula arithmetic
            map location place address direction route navigation nearby
            game play player puzzle
            sport football soccer basketball baseball match team league
            gift present
            clothes fashion outfit wear dress shirt
            beauty makeup cosmetic skincare
            horoscope astrology zodiac
            tarot divination
            law legal lawyer attorney regulation court
            company business firm corporation enterprise
            customer client user
            marketing advertising advertisement ad campaign
            seo keyword ranking
            social twitter instagram facebook post
            podcast episode audio
            voice speech speak audio
            tv television series
            baby child kid toddler children
            pet dog cat animal
            plant garden flower
            star planet space astronomy nasa
            earthquake disaster
            password security secure
            file document pdf
            note memo reminder todo task
            idea suggestion recommendation recommend suggest inspiration
            friend companion chat conversation talk
            story tale fiction
            joke humor funny meme
            poem poetry
            quote saying
            dictionary definition word meaning vocabulary
            time date clock timezone
            convert conversion converter
            qr barcode
            logo brand icon
            color colour palette
            prompt instruction
            compare comparison versus
            review rating feedback opinion
            """;

    private static final Map<String, Set<String>> OTHERS = read();

    private Synonyms() {}

    /** The stems that may stand for others, and for which. */
    static Map<String, Set<String>> all() {
        return OTHERS;
    }

    private static Map<String, Set<String>> read() {
        var others = new HashMap<String, Set<String>>();
        for (String group : GROUPS.split("\n")) {
            var stems = Set.copyOf(Words.of(group, group.length()));
            for (String stem : stems) {
                var rest = others.computeIfAbsent(stem, any -> new HashSet<>());
                rest.addAll(stems);
                rest.remove(stem);
            }
        }
        return Map.copyOf(others);
    }
}
