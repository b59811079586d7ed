"""What the parts of a page are called, as ``flat`` names without case and separators."""

from __future__ import annotations


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


AFTER = _names(
    "after cursor startingafter startafter aftercursor nextcursor pagecursor pagetoken nextpagetoken"
    " nexttoken starttoken continuationtoken continue marker startkey exclusivestartkey afterid lastid"
    " scrollid bookmark pageafter next"
)
"""What takes a cursor in the query."""

IDS_AFTER = _names("after startingafter startafter afterid lastid marker pageafter")
"""Those of them that may well take the identity of an item."""

BEFORE = _names("before endingbefore endbefore beforecursor previouscursor prevcursor beforeid pagebefore")
SIZE = _names(
    "size limit perpage pagesize pagelimit count maxresults maxitems maxpagesize itemsperpage resultsperpage"
    " take top rows numresults max first"
)
NUMBER = _names("page pagenumber pageno pagenum pageindex currentpage number")
OFFSET = _names("offset skip start startat startindex pageoffset from")

NEXT = _names(
    "next nextcursor nextpagetoken nexttoken nextcontinuationtoken continuationtoken nextmarker nextpage"
    " nextkey nextpagecursor nextstartkey pagetoken cursor after endcursor aftercursor scrollid bookmark"
    " lastevaluatedkey lastkey continue nextpageid"
)
"""Where the next cursor stands in the answer."""

PREVIOUS = _names(
    "previous prev previouscursor prevcursor before startcursor beforecursor previouspage prevpage"
    " previouspagetoken prevpagetoken"
)
NEXT_URL = _names("nexturl nexturi nextlink nexthref nextpageurl nextpageuri nextpagelink odatanextlink")
"""Where the address of the next page stands, whatever its schema says."""

PREVIOUS_URL = _names("previousurl prevurl previouslink prevlink previouspageurl prevpageurl")
HAS_MORE = _names(
    "hasmore hasnext hasnextpage hasmoreitems more istruncated truncated morerecords moreresults"
    " moreavailable"
)
TOTAL = _names(
    "total totalcount totalitems totalresults totalelements totalrecords totalentries totalsize itemcount"
    " totalhits totalrows totaldocs"
)
"""How many items there are on all pages."""

TOTAL_PAGES = _names("totalpages pages pagecount numpages numberofpages pagestotal lastpage totalpagecount")
