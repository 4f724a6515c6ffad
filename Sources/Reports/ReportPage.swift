public import Foundation

/// The frame of a report: a page that needs nothing but itself.
public enum ReportPage {
    /// The page of a body that is HTML; with `refreshes` browsers load it again every minute, and `more` is added to its style.
    public static func html(title: String, body: String, refreshes: Bool, more: String = "") -> String {
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">\(refreshes ? refresh : "")<title>\(ReportNumbers.escaped(title))</title>
        <style>\(style)\(seriesStyle)\(more)</style></head><body><main>
        \(body)
        </main><script>\(script)</script></body></html>

        """
    }

    /// A table of names and values. O(characters).
    public static func table(_ rows: [(name: String, value: String)]) -> String {
        let lines = rows.map { row in
            "<tr><th scope=\"row\">\(ReportNumbers.escaped(row.name))</th><td>\(ReportNumbers.escaped(row.value))</td></tr>"
        }
        return "<div class=\"wide\"><table><tbody>\(lines.joined())</tbody></table></div>"
    }

    /// A picture that a click enlarges to four times its pixels at least, over the whole page, and a second one takes back.
    public static func picture(_ png: Data, _ description: String) -> String {
        // The width stands behind signature, length and name of the first chunk.
        let width = png.dropFirst(16).prefix(4).reduce(0) { $0 << 8 | Int($1) }
        return
            "<label class=\"zoom\"><input type=\"checkbox\" aria-label=\"enlarge\"><img style=\"--large:\(4 * width)px\" "
            + "alt=\"\(ReportNumbers.escaped(description))\" src=\"data:image/png;base64,\(png.base64EncodedString())\"></label>"
    }

    private static let refresh = "<meta http-equiv=\"refresh\" content=\"60\">"

    /// The class of a line that is one of several, by its place among them: eight colours, then the same dashed, then dotted.
    public static func series(_ place: Int) -> String { "run-\(place % 8) dash-\(place / 8 % 3)" }

    private static let seriesStyle =
        ["#0072b2", "#d55e00", "#009e73", "#b0579a", "#a97900", "#3f9bd8", "#7a4fd0", "#666"].enumerated().map {
            ".run-\($0.offset){color:\($0.element)}"
        }.joined() + ".plot path.dash-1{stroke-dasharray:8 4}.plot path.dash-2{stroke-dasharray:2 3}"
        + ".legend i.dash-1{border-top-style:dashed}.legend i.dash-2{border-top-style:dotted}"

    /// The fonts of every report and drawing.
    public static let fontFamily = "system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\",sans-serif"

    private static let style = """
        :root{--back:#f7f6f3;--card:#fff;--ink:#1d2125;--dim:#676d75;--rule:#e4e2dc;--grid:#edebe6;--train:#2563c9;\
        --held:#c2410c;--base:#8a8f96;--good:#15803d}
        @media(prefers-color-scheme:dark){:root{--back:#131518;--card:#1c1f23;--ink:#e9e7e2;--dim:#9aa1a9;--rule:#31353a;\
        --grid:#292d32;--train:#79a9ff;--held:#ff9d66;--base:#8d949c;--good:#6fd08f}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--back);color:var(--ink);font:15px/1.5 \(fontFamily);\
        font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
        main{max-width:1160px;margin:0 auto;padding:28px 20px 60px}
        h1{font-size:1.65rem;line-height:1.25;margin:0 0 4px;letter-spacing:-.01em}
        h2{font-size:1.1rem;margin:36px 0 12px}
        h3{font-size:.95rem;margin:18px 0 8px}
        p{margin:0 0 10px}.dim{color:var(--dim)}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:10px;margin:20px 0 0}
        .tile{background:var(--card);border:1px solid var(--rule);border-radius:8px;padding:10px 14px}
        .tile span{display:block;color:var(--dim);font-size:.8rem}.tile b{font-size:1.3rem;font-weight:600}
        .tile em{display:block;font-style:normal;color:var(--dim);font-size:.8rem}
        .bar{height:5px;border-radius:3px;background:var(--rule);margin:14px 0 0;overflow:hidden}
        .bar i{display:block;height:100%;background:var(--train)}
        .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,470px),1fr));gap:14px}
        figure{margin:0}
        .chart{background:var(--card);border:1px solid var(--rule);border-radius:8px;padding:14px 16px 30px;min-width:0}
        figcaption span{color:var(--dim);font-size:.85rem}
        .legend{display:flex;flex-wrap:wrap;gap:0 16px;margin:2px 0 12px;min-height:1.4em}
        .legend i{display:inline-block;width:18px;height:0;border-top:2.5px solid;vertical-align:middle;margin-right:6px}
        i.train,path.train{color:var(--train)}i.held,path.held{color:var(--held)}
        i.raw,path.raw{color:var(--train);opacity:.42}
        .key{display:inline-block;width:14px;border-top:3px solid;vertical-align:middle;margin-right:8px}
        .runs thead th{overflow-wrap:break-word}.runs td:first-child{min-width:9em}
        .legend i.base{border-top:2px dashed var(--base)}
        .plot{position:relative;height:230px;margin-left:46px;touch-action:pan-y}
        .plot svg{position:absolute;inset:0;width:100%;height:100%;overflow:visible}
        .plot path{fill:none;stroke:currentColor;stroke-width:2;vector-effect:non-scaling-stroke;stroke-linejoin:round}
        .plot path.raw{stroke-width:1}
        .plot line{vector-effect:non-scaling-stroke;stroke:var(--grid)}
        .plot line.base{stroke:var(--base);stroke-dasharray:5 4}
        .plot>span{position:absolute;font-size:.75rem;color:var(--dim);white-space:nowrap;line-height:1.2;pointer-events:none}
        .plot .y{right:100%;transform:translateY(-50%);padding-right:8px}
        .plot .x{top:100%;transform:translateX(-50%);padding-top:6px}
        .plot .right{right:2px}.plot .left{left:2px}.plot .above{transform:translateY(-100%);padding-bottom:2px}.plot .below{padding-top:1px}\
        .plot .b{color:var(--dim);text-shadow:0 0 3px var(--card),0 0 3px var(--card),\
        0 0 3px var(--card)}
        .plot .dot{position:absolute;width:6px;height:6px;margin:-3px;border-radius:50%;background:currentColor}
        .plot .at{display:none;position:absolute;top:0;bottom:0;border-left:1px solid var(--dim);pointer-events:none}
        .plot .tip{display:none;position:absolute;top:4px;background:var(--card);border:1px solid var(--rule);color:var(--ink);\
        border-radius:6px;padding:4px 8px;font-size:.78rem;pointer-events:none;box-shadow:0 2px 8px #0003;white-space:pre;\
        z-index:2}
        .wide{overflow-x:auto;width:fit-content;max-width:100%;background:var(--card);border:1px solid var(--rule);\
        border-radius:8px}
        table{border-collapse:collapse;font-size:.9rem}
        th,td{text-align:left;padding:6px 14px;border-top:1px solid var(--rule);vertical-align:top;min-width:4.5em}
        table>*:first-child>tr:first-child>*{border-top:0}th{color:var(--dim);font-weight:500}
        th,.answers td:nth-child(n+2){overflow-wrap:break-word}
        thead th{vertical-align:bottom}td.n,th.n{text-align:right}td.n{white-space:nowrap}
        .best{color:var(--good);font-weight:600}
        .pictures{display:grid;gap:14px}
        .pictures figure{background:var(--card);border:1px solid var(--rule);border-radius:8px;padding:10px 12px 12px;\
        min-width:0}
        .zoom{display:block;cursor:zoom-in;margin-top:6px}
        .zoom input{position:absolute;opacity:0;width:1px;height:1px}
        .zoom img{display:block;width:100%;height:auto;background:#fff;border-radius:3px;image-rendering:pixelated}
        .zoom input:focus-visible+img{outline:2px solid var(--train);outline-offset:2px}
        .zoom:has(:checked){position:fixed;inset:0;z-index:9;margin:0;padding:20px;overflow:auto;background:var(--back);\
        cursor:zoom-out}
        .zoom :checked+img{width:max(100%,var(--large))}
        .two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,470px),1fr));gap:14px;align-items:start}
        .two>*{min-width:0}a{color:var(--train)}
        footer{margin-top:40px;color:var(--dim);font-size:.85rem}
        @media(max-width:520px){main{padding:18px 12px 40px}h1{font-size:1.35rem}.tiles{grid-template-columns:1fr 1fr}\
        .chart{padding:12px 12px 28px}.plot{height:200px}}
        """

    /// A line and numbers at the pointer.
    private static let script = """
        for(const p of document.querySelectorAll('.plot')){const d=JSON.parse(p.dataset.chart),\
        a=p.appendChild(document.createElement('i')),t=p.appendChild(document.createElement('div'));\
        a.className='at';t.className='tip';
        const off=()=>{a.style.display=t.style.display='none'};
        const near=(s,x)=>{let l=0,h=s.length-1;while(h-l>1){const m=(l+h)>>1;s[m]<x?l=m:h=m}\
        return Math.abs(s[l]-x)<=Math.abs(s[h]-x)?l:h};
        p.addEventListener('pointermove',e=>{const r=p.getBoundingClientRect(),f=(e.clientX-r.left)/r.width;
        if(f<0||f>1||!d.l.length)return off();
        const first=d.l[d.l.length-1],x=first.s[near(first.s,d.a+f*(d.b-d.a))];
        let text='step '+x.toLocaleString('en');
        for(const l of d.l){const i=near(l.s,x);text+='\\n'+l.n+' '+l.v[i]+(l.s[i]===x?'':' (at '+l.s[i]+')')}
        const place=(x-d.a)/Math.max(1,d.b-d.a);
        t.textContent=text;a.style.left=100*place+'%';a.style.display=t.style.display='block';
        t.style.left=place<.5?'calc('+100*place+'% + 10px)':'auto';
        t.style.right=place<.5?'auto':'calc('+(100-100*place)+'% + 10px)'});
        p.addEventListener('pointerleave',off)}
        """
}
