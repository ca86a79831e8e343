//! Who stands behind an address.

use url::{Host, Url};

/// The registrable domain of a host by the public suffix list; a host without one (an IP address, `localhost`) stands for itself.
pub fn registrable(url: &Url) -> Option<String> {
    match url.host()? {
        Host::Domain(name) => Some(psl::domain_str(name).unwrap_or(name).to_string()),
        address => Some(address.to_string()),
    }
}

/// The publisher's name by its domain, when headwater knows it. Longer hosts win, so that a section with a house of its own may have its own row.
pub fn publisher(url: &Url) -> Option<&'static str> {
    let host = url.host_str()?.trim_end_matches('.');
    let mut rest = host;
    loop {
        if let Ok(row) = PUBLISHERS.binary_search_by_key(&rest, |row| row.0) {
            return PUBLISHERS.get(row).map(|row| row.1);
        }
        rest = rest.split_once('.')?.1;
    }
}

/// Domain and name, sorted by domain. Houses that news texts cite most; everything else is named by its label or its domain.
const PUBLISHERS: &[(&str, &str)] = &[
    ("abc.net.au", "ABC News (Australia)"),
    ("abcnews.go.com", "ABC News"),
    ("acm.org", "ACM"),
    ("afp.com", "AFP"),
    ("africanews.com", "Africanews"),
    ("aljazeera.com", "Al Jazeera"),
    ("amnesty.org", "Amnesty International"),
    ("ap.org", "Associated Press"),
    ("apnews.com", "Associated Press"),
    ("ard.de", "ARD"),
    ("arstechnica.com", "Ars Technica"),
    ("arxiv.org", "arXiv"),
    ("asahi.com", "Asahi Shimbun"),
    ("axios.com", "Axios"),
    ("bbc.co.uk", "BBC"),
    ("bbc.com", "BBC"),
    ("bild.de", "Bild"),
    ("biorxiv.org", "bioRxiv"),
    ("bloomberg.com", "Bloomberg"),
    ("bmj.com", "BMJ"),
    ("bundesregierung.de", "Bundesregierung"),
    ("businessinsider.com", "Business Insider"),
    ("buzzfeednews.com", "BuzzFeed News"),
    ("cbc.ca", "CBC"),
    ("cbsnews.com", "CBS News"),
    ("cdc.gov", "CDC"),
    ("cell.com", "Cell Press"),
    ("cern.ch", "CERN"),
    ("cisa.gov", "CISA"),
    ("cnbc.com", "CNBC"),
    ("cnn.com", "CNN"),
    ("congress.gov", "Congress.gov"),
    ("csmonitor.com", "The Christian Science Monitor"),
    ("dawn.com", "Dawn"),
    ("destatis.de", "Destatis"),
    ("doi.org", "DOI"),
    ("dpa.com", "dpa"),
    ("dw.com", "DW"),
    ("ecb.europa.eu", "European Central Bank"),
    ("economist.com", "The Economist"),
    ("efe.com", "EFE"),
    ("elpais.com", "El País"),
    ("esa.int", "ESA"),
    ("euronews.com", "Euronews"),
    ("europa.eu", "European Union"),
    ("fao.org", "FAO"),
    ("faz.net", "FAZ"),
    ("fda.gov", "FDA"),
    ("federalreserve.gov", "Federal Reserve"),
    ("forbes.com", "Forbes"),
    ("foxnews.com", "Fox News"),
    ("france24.com", "France 24"),
    ("ft.com", "Financial Times"),
    ("github.com", "GitHub"),
    ("gov.uk", "GOV.UK"),
    ("haaretz.com", "Haaretz"),
    ("heise.de", "heise online"),
    ("hindustantimes.com", "Hindustan Times"),
    ("hrw.org", "Human Rights Watch"),
    ("icrc.org", "ICRC"),
    ("ieee.org", "IEEE"),
    ("ilo.org", "ILO"),
    ("imf.org", "IMF"),
    ("independent.co.uk", "The Independent"),
    ("indianexpress.com", "The Indian Express"),
    ("iom.int", "IOM"),
    ("ipcc.ch", "IPCC"),
    ("jamanetwork.com", "JAMA"),
    ("japantimes.co.jp", "The Japan Times"),
    ("kyodonews.net", "Kyodo News"),
    ("latimes.com", "Los Angeles Times"),
    ("lefigaro.fr", "Le Figaro"),
    ("lemonde.fr", "Le Monde"),
    ("liberation.fr", "Libération"),
    ("lwn.net", "LWN.net"),
    ("medrxiv.org", "medRxiv"),
    ("mit.edu", "MIT"),
    ("nasa.gov", "NASA"),
    ("nationalgeographic.com", "National Geographic"),
    ("nato.int", "NATO"),
    ("nature.com", "Nature"),
    ("nbcnews.com", "NBC News"),
    ("ndtv.com", "NDTV"),
    ("nejm.org", "NEJM"),
    ("newscientist.com", "New Scientist"),
    ("nhk.or.jp", "NHK"),
    ("nih.gov", "NIH"),
    ("nikkei.com", "Nikkei"),
    ("nist.gov", "NIST"),
    ("noaa.gov", "NOAA"),
    ("npr.org", "NPR"),
    ("nytimes.com", "The New York Times"),
    ("nzz.ch", "NZZ"),
    ("oecd.org", "OECD"),
    ("ohchr.org", "OHCHR"),
    ("oic-oci.org", "Organisation of Islamic Cooperation"),
    ("ons.gov.uk", "Office for National Statistics"),
    ("osce.org", "OSCE"),
    ("oxfam.org", "Oxfam"),
    ("pbs.org", "PBS"),
    ("pewresearch.org", "Pew Research Center"),
    ("pib.gov.in", "Press Information Bureau"),
    ("plos.org", "PLOS"),
    ("pnas.org", "PNAS"),
    ("politico.com", "Politico"),
    ("politico.eu", "Politico Europe"),
    ("propublica.org", "ProPublica"),
    ("reliefweb.int", "ReliefWeb"),
    ("reuters.com", "Reuters"),
    ("rferl.org", "RFE/RL"),
    ("rfi.fr", "RFI"),
    ("rsf.org", "Reporters Without Borders"),
    ("savethechildren.org", "Save the Children"),
    ("science.org", "Science"),
    ("sciencedirect.com", "ScienceDirect"),
    ("scmp.com", "South China Morning Post"),
    ("sec.gov", "SEC"),
    ("sky.com", "Sky News"),
    ("spiegel.de", "Der Spiegel"),
    ("springer.com", "Springer"),
    ("straitstimes.com", "The Straits Times"),
    ("sueddeutsche.de", "Süddeutsche Zeitung"),
    ("tagesschau.de", "tagesschau"),
    ("techcrunch.com", "TechCrunch"),
    ("theatlantic.com", "The Atlantic"),
    ("theconversation.com", "The Conversation"),
    ("theguardian.com", "The Guardian"),
    ("thehindu.com", "The Hindu"),
    ("thelancet.com", "The Lancet"),
    ("theregister.com", "The Register"),
    ("thetimes.co.uk", "The Times"),
    ("theverge.com", "The Verge"),
    ("time.com", "TIME"),
    ("timesofindia.indiatimes.com", "The Times of India"),
    ("un.org", "United Nations"),
    ("unesco.org", "UNESCO"),
    ("unhcr.org", "UNHCR"),
    ("unicef.org", "UNICEF"),
    ("usatoday.com", "USA Today"),
    ("usgs.gov", "USGS"),
    ("voanews.com", "VOA"),
    ("vox.com", "Vox"),
    ("washingtonpost.com", "The Washington Post"),
    ("wfp.org", "World Food Programme"),
    ("whitehouse.gov", "The White House"),
    ("who.int", "World Health Organization"),
    ("wikipedia.org", "Wikipedia"),
    ("wired.com", "WIRED"),
    ("wmo.int", "WMO"),
    ("worldbank.org", "World Bank"),
    ("wsj.com", "The Wall Street Journal"),
    ("wto.org", "WTO"),
    ("youtube.com", "YouTube"),
    ("zdf.de", "ZDF"),
    ("zeit.de", "Die Zeit"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn the_table_is_sorted_and_without_repeats() {
        assert!(PUBLISHERS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn publishers_are_found_by_any_of_their_hosts() {
        assert_eq!(publisher(&url("https://www.bbc.com/news")), Some("BBC"));
        assert_eq!(
            publisher(&url("https://news.un.org/en/")),
            Some("United Nations")
        );
        assert_eq!(
            publisher(&url("https://www.ecb.europa.eu/")),
            Some("European Central Bank")
        );
        assert_eq!(publisher(&url("https://notbbc.com/")), None);
        assert_eq!(publisher(&url("https://paper.example/")), None);
    }

    #[test]
    fn registrable_domains_follow_the_public_suffix_list() {
        assert_eq!(
            registrable(&url("https://a.b.news.co.uk/x")).as_deref(),
            Some("news.co.uk")
        );
        assert_eq!(
            registrable(&url("http://127.0.0.1:1/")).as_deref(),
            Some("127.0.0.1")
        );
    }
}
