//! The inputs of the comparison.

/// A file with an edit to make.
pub(super) struct Row {
    /// What is special about it.
    pub title: &'static str,
    /// The name of the file.
    pub file: &'static str,
    pub before: &'static str,
    /// What has to be there afterwards; `None` when it must be refused.
    pub after: Option<&'static str>,
    pub ask: Ask,
}

impl Row {
    /// Returns the new value.
    pub(super) fn value(&self) -> &'static str {
        let (Ask::Image { tag: value, .. } | Ask::Key { value, .. }) = self.ask;
        value
    }
}

/// What is asked for.
pub(super) enum Ask {
    /// A tag for the image of an entry of `images`, by its index for tools
    /// that know no names.
    Image { tag: &'static str, index: usize },
    /// A value by its keys.
    Key {
        path: &'static [&'static str],
        value: &'static str,
    },
}

/// The image of every kustomization.
pub(super) const IMAGE: &str = "registry.example/web";

const KUSTOMIZATION: &str = "kustomization.yaml";
const VALUES: &str = "values.yaml";
const TAG: Ask = Ask::Image {
    tag: "v2",
    index: 0,
};
const VALUE: Ask = Ask::Key {
    path: &["image", "tag"],
    value: "v2",
};

const fn image(title: &'static str, before: &'static str, after: &'static str) -> Row {
    Row {
        title,
        file: KUSTOMIZATION,
        before,
        after: Some(after),
        ask: TAG,
    }
}

const fn value(title: &'static str, before: &'static str, after: &'static str) -> Row {
    Row {
        title,
        file: VALUES,
        before,
        after: Some(after),
        ask: VALUE,
    }
}

const fn refused(title: &'static str, before: &'static str, ask: Ask) -> Row {
    Row {
        title,
        file: VALUES,
        before,
        after: None,
        ask,
    }
}

const fn tagged(
    title: &'static str,
    tag: &'static str,
    before: &'static str,
    after: &'static str,
) -> Row {
    Row {
        ask: Ask::Image { tag, index: 0 },
        ..image(title, before, after)
    }
}

const fn valued(
    title: &'static str,
    value: &'static str,
    before: &'static str,
    after: &'static str,
) -> Row {
    Row {
        title,
        file: VALUES,
        before,
        after: Some(after),
        ask: Ask::Key {
            path: &["image", "tag"],
            value,
        },
    }
}

/// All inputs, in the order of the page.
pub(super) const ROWS: &[Row] = &[
    image(
        "comment on the changed line",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n- name: registry.example/web\n  newTag: v1 # by the pipeline\n",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n- name: registry.example/web\n  newTag: v2 # by the pipeline\n",
    ),
    image(
        "comments and blank lines elsewhere",
        "# Of the web team\n\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- ../base # shared\n\nimages:\n# ours\n- name: registry.example/web\n  newTag: v1\n",
        "# Of the web team\n\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- ../base # shared\n\nimages:\n# ours\n- name: registry.example/web\n  newTag: v2\n",
    ),
    image(
        "indentation elsewhere",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n    - ../base\nimages:\n  - name: registry.example/web\n    newTag: v1\n",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n    - ../base\nimages:\n  - name: registry.example/web\n    newTag: v2\n",
    ),
    image(
        "order of keys and entries",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n- newTag: v1\n  name: registry.example/web\n- name: registry.example/api\n  newTag: v7\nnamespace: shop\n",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n- newTag: v2\n  name: registry.example/web\n- name: registry.example/api\n  newTag: v7\nnamespace: shop\n",
    ),
    image(
        "quotes elsewhere",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: 'shop'\nimages:\n- name: \"registry.example/web\"\n  newTag: 'v1'\n",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: 'shop'\nimages:\n- name: \"registry.example/web\"\n  newTag: 'v2'\n",
    ),
    image(
        "CRLF",
        "apiVersion: kustomize.config.k8s.io/v1beta1\r\nkind: Kustomization\r\nimages:\r\n- name: registry.example/web\r\n  newTag: v1\r\n",
        "apiVersion: kustomize.config.k8s.io/v1beta1\r\nkind: Kustomization\r\nimages:\r\n- name: registry.example/web\r\n  newTag: v2\r\n",
    ),
    image(
        "byte order mark",
        "\u{feff}apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n- name: registry.example/web\n  newTag: v1\n",
        "\u{feff}apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n- name: registry.example/web\n  newTag: v2\n",
    ),
    image(
        "no newline at the end",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n- name: registry.example/web\n  newTag: v1",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n- name: registry.example/web\n  newTag: v2",
    ),
    image(
        "flow list",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages: [{name: registry.example/web, newTag: v1}]\n",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages: [{name: registry.example/web, newTag: v2}]\n",
    ),
    value(
        "flow map",
        "image: {repository: web, tag: v1}\n",
        "image: {repository: web, tag: v2}\n",
    ),
    value(
        "text over several lines",
        "notes: >-\n  a text that is folded, and longer than most programs want a line to be when they write it\n  again\nimage:\n  tag: v1\n",
        "notes: >-\n  a text that is folded, and longer than most programs want a line to be when they write it\n  again\nimage:\n  tag: v2\n",
    ),
    value(
        "value with an anchor, `&t v1`",
        "image:\n  tag: &t v1\n",
        "image:\n  tag: &t v2\n",
    ),
    value(
        "value that is missing, `tag:`",
        "image:\n  tag: # none yet\n",
        "image:\n  tag: v2 # none yet\n",
    ),
    value(
        "value in a block, `tag: \\|-`",
        "image:\n  tag: |-\n    v1\n",
        "image:\n  tag: |-\n    v2\n",
    ),
    value(
        "the same key elsewhere",
        "sidecar:\n  tag: v9\nimage:\n  tag: v1\n",
        "sidecar:\n  tag: v9\nimage:\n  tag: v2\n",
    ),
    Row {
        title: "second document",
        file: VALUES,
        before: "---\nkind: A\nimage:\n  tag: v1\n---\nkind: B\nother: 1\n",
        after: Some("---\nkind: A\nimage:\n  tag: v2\n---\nkind: B\nother: 1\n"),
        ask: VALUE,
    },
    tagged(
        "new tag `0123e4567`",
        "0123e4567",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n- name: registry.example/web\n  newTag: v1\n",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n- name: registry.example/web\n  newTag: \"0123e4567\"\n",
    ),
    tagged(
        "new tag `1.10`",
        "1.10",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n- name: registry.example/web\n  newTag: v1\n",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n- name: registry.example/web\n  newTag: \"1.10\"\n",
    ),
    tagged(
        "new tag `1.10`, a number before",
        "1.10",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n- name: registry.example/web\n  newTag: 1.9\n",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n- name: registry.example/web\n  newTag: \"1.10\"\n",
    ),
    valued(
        "new value `190:20:30`",
        "190:20:30",
        "image:\n  tag: v1\n",
        "image:\n  tag: \"190:20:30\"\n",
    ),
    image(
        "digest beside the tag",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n- digest: sha256:bbfcd4160a1e8674dac62292ae48be4785262ad7078f9ec11b74a254ce70fa06\n  name: registry.example/web\n  newTag: v1\n",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n- name: registry.example/web\n  newTag: v2\n",
    ),
    image(
        "`newName` and `tagSuffix`",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n- name: registry.example/web\n  newName: mirror.example/web\n  newTag: v1\n  tagSuffix: -slim\n",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n- name: registry.example/web\n  newName: mirror.example/web\n  newTag: v2\n  tagSuffix: -slim\n",
    ),
    Row {
        file: KUSTOMIZATION,
        ..refused(
            "image that is nowhere",
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n- name: registry.example/api\n  newTag: v1\n",
            TAG,
        )
    },
    refused(
        "key that is nowhere",
        "image:\n  name: web\n",
        Ask::Key {
            path: &["web", "image", "tag"],
            value: "v2",
        },
    ),
    refused(
        "path through an alias",
        "base: &base\n  tag: v1\nimage: *base\n",
        VALUE,
    ),
    refused(
        "path through `<<`",
        "base: &base\n  tag: v1\nimage:\n  <<: *base\n",
        VALUE,
    ),
    refused(
        "key that is there twice",
        "image:\n  tag: v1\n  tag: v3\n",
        VALUE,
    ),
    refused(
        "template",
        "image:\n  tag: v1\n  {{- if .Values.debug }}\n  debug: true\n  {{- end }}\n",
        VALUE,
    ),
];
