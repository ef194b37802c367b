//! Stack traces as each language writes them.

use super::*;

/// A line a part: own frames as `function file place`, libraries in brackets.
fn read(text: &str) -> Vec<String> {
    let own = |frame: &Frame<'_>| format!("{} | {} | {}", frame.function, frame.file, frame.place);
    let part = |part: &Part<'_>| match part {
        Part::Text(text) => format!("\"{}\"", text.trim()),
        Part::Own(frame) if frame.code.is_empty() => own(frame),
        Part::Own(frame) => format!("{} | {}", own(frame), frame.code),
        Part::Library { whose, frames } => format!("[{} of {whose}]", frames.len()),
    };
    parse(text).parts.iter().map(part).collect()
}

#[test]
fn v8_and_node() {
    let text = "TypeError: cart is undefined\n    \
                at Cart.total (https://shop.test/app.js:12:5)\n    \
                at async Promise.all (index 0)\n    \
                at Array.map (<anonymous>)\n    \
                at async handle (webpack-internal:///(rsc)/./node_modules/next/dist/server.js:1:2)\n    \
                at Layer.handle (/srv/node_modules/.pnpm/x@1/node_modules/@scope/router/lib/layer.js:95:5)\n    \
                at process.processTicksAndRejections (node:internal/process/task_queues:105:5)\n    \
                at https://shop.test/app.js:1:1\n    \
                at eval (eval at run (https://shop.test/a.js:3:4), <anonymous>:7:8)\n    \
                at new Cart (C:\\shop\\cart.js:3:9)";
    assert_eq!(
        read(text),
        [
            "\"TypeError: cart is undefined\"",
            "Cart.total | https://shop.test/app.js | 12:5",
            "Promise.all (index 0) |  | ",
            "[4 of the engine, next and others]",
            " | https://shop.test/app.js | 1:1",
            "[1 of the engine]",
            "new Cart | C:\\shop\\cart.js | 3:9",
        ]
    );
}

#[test]
fn firefox_and_safari() {
    let text = "total@https://shop.test/app.js:12:5\n\
                @https://shop.test/app.js:1:1\n\
                global code@https://shop.test/app.js:3:1\n\
                forEach@[native code]\n\
                commit@webpack-internal:///./node_modules/react-dom/cjs/react-dom.js:1:2\n\
                mail me@shop.test";
    assert_eq!(
        read(text),
        [
            "total | https://shop.test/app.js | 12:5",
            " | https://shop.test/app.js | 1:1",
            "global code | https://shop.test/app.js | 3:1",
            "[2 of the engine and react-dom]",
            "\"mail me@shop.test\"",
        ]
    );
}

#[test]
fn java_and_kotlin() {
    let text = "java.lang.IllegalStateException: no stock\n\
                \tat shop.Cart.total(Cart.java:12)\n\
                \tat shop.CartKt$main$1.invokeSuspend(Cart.kt:7) ~[shop.jar:?]\n\
                \tat org.springframework.web.Servlet.service(Servlet.java:1)\n\
                \tat java.base/java.lang.Thread.run(Thread.java:840)\n\
                \tat shop.Native.call(Native Method)\n\
                Caused by: java.sql.SQLException: gone\n\
                \t... 12 more";
    assert_eq!(
        read(text),
        [
            "\"java.lang.IllegalStateException: no stock\"",
            "shop.Cart.total | Cart.java | 12",
            "shop.CartKt$main$1.invokeSuspend | Cart.kt | 7",
            "[3 of Spring, Java and others]",
            "\"Caused by: java.sql.SQLException: gone\"",
            "\"... 12 more\"",
        ]
    );
}

#[test]
fn python_with_its_lines_of_code() {
    let text = "Traceback (most recent call last):\n  \
                File \"/usr/lib/python3.12/site-packages/flask/app.py\", line 880, in dispatch\n    \
                return self.view(**args)\n  \
                File \"/srv/cart.py\", line 12, in total\n    \
                return a / b\n           \
                ~~^~~\n\
                ZeroDivisionError: division by zero";
    assert_eq!(
        read(text),
        [
            "\"Traceback (most recent call last):\"",
            "[1 of flask]",
            "total | /srv/cart.py | 12 | return a / b",
            "\"~~^~~\"",
            "\"ZeroDivisionError: division by zero\"",
        ]
    );
}

#[test]
fn go_with_places_below_functions() {
    let text = "panic: boom\n\ngoroutine 1 [running]:\n\
                main.(*Cart).Total(0xc000012, {0x1, 0x2})\n\
                \t/srv/shop/cart.go:12 +0x1d\n\
                github.com/go-chi/chi/v5.(*Mux).ServeHTTP(...)\n\
                \t/root/go/pkg/mod/github.com/go-chi/chi/v5@v5.1.0/mux.go:90\n\
                net/http.(*conn).serve(0x1)\n\
                \t/usr/local/go/src/net/http/server.go:2009 +0x1\n\
                created by net/http.(*Server).Serve in goroutine 1\n\
                \t/usr/local/go/src/net/http/server.go:3086 +0x5cb";
    assert_eq!(
        read(text),
        [
            "\"panic: boom\"",
            "\"\"",
            "\"goroutine 1 [running]:\"",
            "main.(*Cart).Total | /srv/shop/cart.go | 12",
            "[3 of github.com/go-chi/chi/v5 and Go]",
        ]
    );
    assert_eq!(parse(text).frames, 4);
}

#[test]
fn dotnet_ruby_and_php() {
    let text = "   at Shop.Cart.Total(Int32 id) in C:\\src\\Cart.cs:line 12\n   \
                at System.Linq.Enumerable.Sum[T](IEnumerable`1 all)\n   \
                at Shop.Cart.Pay()\n\
                /srv/cart.rb:12:in 'Cart#total': divided by 0 (ZeroDivisionError)\n\
                \tfrom /srv/cart.rb:12:in 'Cart#total'\n\
                \tfrom /srv/vendor/bundle/ruby/3.3.0/gems/rack-3.1/lib/rack.rb:3:in `call'\n\
                #0 /srv/Cart.php(12): Cart->total()\n\
                #1 /srv/vendor/laravel/framework/src/Kernel.php(3): Kernel->handle(Object)\n\
                #2 {main}";
    assert_eq!(
        read(text),
        [
            "Shop.Cart.Total(Int32 id) | C:\\src\\Cart.cs | 12",
            "[1 of .NET]",
            "Shop.Cart.Pay() |  | ",
            "\"/srv/cart.rb:12:in 'Cart#total': divided by 0 (ZeroDivisionError)\"",
            "Cart#total | /srv/cart.rb | 12",
            "[1 of rack-3.1]",
            "Cart->total() | /srv/Cart.php | 12",
            "[1 of laravel/framework]",
            "\"#2 {main}\"",
        ]
    );
}

#[test]
fn unknown_text_stays_as_it_is() {
    assert_eq!(parse(""), Stack::default());
    for text in [
        "at the end of the day",
        "someone@example.org:25",
        "<b>x</b>",
        "File \"",
        "(:1:2)",
        "#x y",
        ":in ''",
        "(",
    ] {
        assert_eq!(read(text), [format!("\"{text}\"")], "{text}");
    }
}

#[test]
fn hostile_texts_are_read_in_one_pass() {
    let cases = [
        "at ".repeat(300_000),
        "at (".repeat(300_000),
        "@:1:1".repeat(200_000),
        "\n".repeat(1_000_000),
        "    at a (b:1:2)\n".repeat(100_000),
        ":".repeat(1_000_000),
        "é(@".repeat(200_000),
    ];
    for text in &cases {
        let stack = parse(text);
        assert!(stack.parts.len() <= MOST);
        assert_eq!(stack.more, text.lines().count().saturating_sub(MOST));
    }
}
