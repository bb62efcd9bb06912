"""A small export set with twins, packs, breaks, own prices and look-alike customers, loaded as the program loads it."""

from __future__ import annotations

from pathlib import Path

ITEMS = """\
sku,description,base_uom,barcode,mpn,product_group,status,superseded_by,pack_multiple,moq,list_price,currency
HB-933-6-20-A2,HEX BOLT DIN 933 M6X20 A2-70,EA,4006381333931,MP-620,F,active,,100,100,0.1,EUR
HB-933-6-25-A2,HEX BOLT DIN 933 M6X25 A2-70,EA,,MP-625,F,active,,100,100,0.1,EUR
HB-933-6-20-A4,HEX BOLT DIN 933 M6X20 A4-70,EA,,,F,active,,100,100,0.1,EUR
HB-931-6-20-A2,HEX BOLT DIN 931 M6X20 A2-70,EA,,,F,active,,100,100,0.1,EUR
0045001,DOOR HINGE 100 MM STEEL RAL9005 LEFT,EA,,,H,active,,1,1,5,EUR
0045002,DOOR HINGE 100 MM STEEL RAL9005 RIGHT,EA,,,H,active,,1,1,5,EUR
BB-6204,DEEP GROOVE BALL BEARING 6204-2RS,EA,,SKF6204,B,active,,1,1,5,EUR
BB-6204-C3,DEEP GROOVE BALL BEARING 6204-2RS C3,EA,,,B,active,,1,1,5,EUR
WR-15-BK,SINGLE CORE WIRE H07V-K 1.5 MM2 BLACK,M,,,E,active,,100,100,1,EUR
WR-15-BU,SINGLE CORE WIRE H07V-K 1.5 MM2 BLUE,M,,,E,active,,100,100,1,EUR
CT-24DC,CONTACTOR 3P 25A 1NO COIL 24VDC,EA,,,E,active,,1,1,40,EUR
CT-230AC,CONTACTOR 3P 25A 1NO COIL 230VAC,EA,,,E,discontinued,,1,1,40,EUR
TP-50-66,PACKING TAPE PP 50 MM X 66 M CLEAR,RL,,,P,superseded,TP-48-66,36,36,2,EUR
TP-48-66,PACKING TAPE PP 48 MM X 66 M CLEAR,RL,,,P,active,,36,36,2,EUR
XQ-O01,BLUE WIDGET STANDARD,EA,,,W,active,,1,1,2,EUR
"""
CUSTOMERS = """\
customer_id,name,email_domains,street,city_zip,country,tax_id,currency,credit_status,price_list_id
C1,Müller Maschinenbau GmbH & Co. KG,mueller-mb.de,Hauptstraße 12,10115 Berlin,DE,DE 123 456 789,EUR,OK,PL-A
C2,Müller Maschinenbau Süd GmbH,mueller-sued.de,Lange Gasse 3,80331 München,DE,DE987654321,EUR,OK,PL-A
C3,Parker Pumps Ltd,parkerpumps.co.uk,Flat 29 Raymond Glen,Leeds N87 2QR,GB,GB123456789,GBP,OK,PL-B
C4,Parker Pumps Inc.,parkerpumps.com,1497 Alejandra Loop Suite 878,"Deborahfurt, SD 49865",US,12-3456789,USD,OK,PL-B
C5,Smit Techniek B.V.,smit.nl,Kade 7,3855 IC Alem,NL,NL999B01,EUR,HOLD,PL-A
"""
SHIP_TO = """\
ship_to_id,customer_id,name,street,city_zip,country
C1-1,C1,Müller Maschinenbau GmbH & Co. KG,Hauptstraße 12,10115 Berlin,DE
C1-2,C1,Müller Maschinenbau - Werk 2,Industriering 5,14482 Potsdam,DE
C1-3,C1,Müller Maschinenbau - Werk 3,Industriering 15,14482 Potsdam,DE
C3-1,C3,Parker Pumps Ltd,Flat 29 Raymond Glen,Leeds N87 2QR,GB
C4-1,C4,Parker Pumps Inc. - Dock A,500 Harbor Rd,"Seattle, WA 98101",US
C4-2,C4,Parker Pumps Inc. - Dock B,500 Harbor Rd,"Seattle, WA 98101",US
C5-1,C5,Smit Techniek B.V.,Kade 7,3855 IC Alem,NL
"""
PRICES = """\
price_list_id,customer_id,sku,min_qty,price,currency,valid_from,valid_to
PL-A,,HB-933-6-20-A2,1,0.1000,EUR,2026-01-01,2026-12-31
PL-A,,HB-933-6-20-A2,1000,0.0800,EUR,2026-01-01,2026-12-31
PL-A,,HB-933-6-20-A2,1,0.0900,EUR,2025-01-01,2025-12-31
,C2,HB-933-6-20-A2,500,0.0700,EUR,2026-01-01,
PL-A,,HB-933-6-25-A2,1,0.1100,EUR,2026-01-01,2026-12-31
PL-A,,HB-933-6-20-A4,1,0.2000,EUR,2026-01-01,2026-12-31
PL-A,,0045001,1,5.00,EUR,2026-01-01,2026-12-31
PL-A,,0045002,1,5.00,EUR,2026-01-01,2026-12-31
PL-A,,BB-6204,1,4.00,EUR,2026-01-01,2026-12-31
PL-A,,WR-15-BK,1,0.5,EUR,2026-01-01,2026-12-31
PL-A,,CT-24DC,5,40,EUR,2026-01-01,2026-12-31
PL-A,,TP-48-66,1,2.5,EUR,2026-01-01,2026-12-31
"""
UOM = """\
sku,from_uom,to_uom,factor
*,DZ,EA,12
*,PC,EA,1
HB-933-6-20-A2,BX,EA,100
HB-933-6-25-A2,BX,EA,200
HB-933-6-25-A2,PAL,BX,40
WR-15-BK,RL,M,100
BB-6204,BX,EA,10
BB-6204,CT,EA,40
"""
CUSTOMER_ITEMS = """\
customer_id,customer_part_no,sku
C1,K-4711,HB-933-6-20-A2
C1,DBL-1,HB-933-6-20-A2
C1,DBL-1,HB-933-6-25-A2
C1,MM00052,HB-933-6-20-A2
C1,QQ0170,HB-933-6-20-A2
C1,QQ000170,BB-6204
C2,K-4711,BB-6204
"""
STOCK = "sku,warehouse,on_hand,allocated,next_receipt_date,next_receipt_qty\nBB-6204,W1,10,2,,\n"
OPEN_ORDERS = """\
customer_id,po_number,revision,po_date,so_number,line,sku,customer_part_no,quantity,uom,price,currency,requested_date,status
C1,PO-2,1,2026-11-05,SO2,1,BB-6204,,5,EA,4,EUR,2026-12-01,open
C1,PO-1,1,2026-10-01,SO1,1,HB-933-6-20-A2,K-4711,5,BX,10,EUR,2026-12-01,open
C1,PO-1,1,2026-10-01,SO1,2,BB-6204,,5,EA,4,EUR,2026-12-01,shipped
"""
COMPANY = """\
name,street,city_zip,country,tax_id,email
Norden Supply B.V.,Havenweg 118,3089 KK Rotterdam,NL,NL861234567B01,orders@norden-supply.eu
"""


def write_exports(folder: Path, **changed: str | None) -> Path:
    """``changed`` replaces an export's text, or leaves it out when None."""
    texts: dict[str, str | None] = {
        "items": ITEMS, "customers": CUSTOMERS, "ship_to": SHIP_TO, "price_list": PRICES, "uom": UOM,
        "customer_items": CUSTOMER_ITEMS, "stock": STOCK, "open_orders": OPEN_ORDERS, "company": COMPANY,
    }  # fmt: skip
    folder.mkdir(exist_ok=True)
    for name, text in {**texts, **changed}.items():
        if text is not None:
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder
